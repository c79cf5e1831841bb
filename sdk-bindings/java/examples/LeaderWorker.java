import com.google.protobuf.ByteString;
import io.quorate.Client;
import io.quorate.Election;
import io.quorate.Session;
import io.quorate.SessionOptions;
import io.quorate.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A worker that works while it leads, in three copies of one program: {@code java LeaderWorker 127.0.0.1:7401}. */
final class LeaderWorker {
    public static void main(String[] endpoints) throws InterruptedException {
        List<String> agents = endpoints.length == 0 ? List.of("127.0.0.1:7401") : List.of(endpoints);
        try (Client client = new Client(agents)) {
            List<Thread> workers = new ArrayList<>();
            for (int number = 1; number <= 3; number++) {
                String name = "worker-" + number;
                workers.add(new Thread(() -> work(client, name)));
            }
            workers.forEach(Thread::start);
            for (Thread worker : workers) {
                worker.join();
            }
        }
    }

    /** Waits until it leads, works for a while, and makes way for the next one. */
    private static void work(Client client, String name) {
        SessionOptions options =
                SessionOptions.builder().ttl(Duration.ofSeconds(5)).label(name).build();
        try (Session session = client.openSession(options);
                Election office = session.election("examples/worker", ByteString.copyFromUtf8(name))) {
            Token token = office.campaign();
            for (int step = 1; step <= 3; step++) {
                // What it does is only safe while this says so, and what it writes carries the token.
                if (!office.isLeader()) {
                    System.out.println(name + " has lost the office");
                    return;
                }
                System.out.println(name + " leads with token " + token + ": step " + step);
                Thread.sleep(100);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
