import io.quorate.Client;
import io.quorate.Notice;
import io.quorate.Participant;
import io.quorate.ParticipantOptions;
import io.quorate.Participation;
import io.quorate.QuorateException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Takes part in recovery after each change of the cluster, and says what it is told: {@code java TakePart
 * 127.0.0.1:7401 127.0.0.1:7402}. Kill an agent meanwhile, and see {@code quorate recovery --watch}.
 */
final class TakePart {
    /** Something that uses what is shared. */
    private static final class Store implements Participant {
        @Override
        public void prepare(OptionalLong epoch) {
            System.out.println((epoch.isPresent() ? "epoch " + epoch.getAsLong() : "no agent") + ": stopped");
        }

        /** When the cluster changes again meanwhile, it is interrupted; what follows is the next {@link #prepare}. */
        @Override
        public void recover(long epoch) throws InterruptedException {
            System.out.println("epoch " + epoch + ": recovering");
            Thread.sleep(1000);
            System.out.println("epoch " + epoch + ": recovered");
        }

        @Override
        public void resume(long epoch) {
            System.out.println("epoch " + epoch + ": working");
        }

        @Override
        public void notice(Notice notice) {
            System.out.println("-- " + notice);
        }
    }

    public static void main(String[] endpoints) {
        List<String> agents = endpoints.length == 0
                ? List.of("127.0.0.1:7401", "127.0.0.1:7402", "127.0.0.1:7403")
                : List.of(endpoints);
        ParticipantOptions options = ParticipantOptions.builder("store")
                .level(3)
                .deadline(Duration.ofSeconds(5))
                .build();
        try (Client client = new Client(agents);
                Participation store = client.participate(options, new Store())) {
            QuorateException why = store.waitEnded();
            System.out.println("it is of no use: " + why.getMessage());
        }
    }
}
