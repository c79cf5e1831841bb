import io.quorate.Client;
import io.quorate.Lock;
import io.quorate.Session;
import io.quorate.SessionOptions;
import io.quorate.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A lock around a critical section with a fenced write: {@code java FencedWrite 127.0.0.1:7401 127.0.0.1:7402}.
 *
 * <p>The store refuses a token that is lower than one it has seen: a holder that was stopped for a while cannot do
 * harm, however late it wakes up.
 */
final class FencedWrite {
    /** What is protected. A real one keeps the highest token beside the value, and compares both in one step. */
    private static final class Store {
        private Token highest = new Token(0, 0);
        private int value;

        void write(int newValue, Token token) {
            if (token.compareTo(highest) < 0) {
                throw new SecurityException("token " + token + " is older than " + highest);
            }
            highest = token;
            value = newValue;
        }
    }

    public static void main(String[] endpoints) {
        List<String> agents = endpoints.length == 0 ? List.of("127.0.0.1:7401") : List.of(endpoints);
        SessionOptions options = SessionOptions.builder()
                .ttl(Duration.ofSeconds(5))
                .label("fenced write")
                .build();
        Store store = new Store();
        try (Client client = new Client(agents);
                Session session = client.openSession(options);
                Lock lock = session.lock("examples/fenced")) {
            List<Token> tokens = new ArrayList<>();
            for (int time = 0; time < 3; time++) {
                Token token = lock.acquire();
                tokens.add(token);
                store.write(store.value + 1, token);
                System.out.println("wrote " + store.value + " with token " + token);
                lock.release();
            }
            try {
                // As one does who was stopped between looking and writing.
                store.write(99, tokens.get(0));
            } catch (SecurityException refused) {
                System.out.println("refused: " + refused.getMessage());
            }
        }
    }
}
