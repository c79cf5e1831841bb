import io.quorate.Barrier;
import io.quorate.BarrierOptions;
import io.quorate.Client;
import io.quorate.Session;
import io.quorate.SessionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A job of three parts that take each step together: {@code java BarrierJob 127.0.0.1:7401 127.0.0.1:7402}. */
final class BarrierJob {
    public static void main(String[] endpoints) throws InterruptedException {
        List<String> agents = endpoints.length == 0 ? List.of("127.0.0.1:7401") : List.of(endpoints);
        try (Client client = new Client(agents)) {
            List<Thread> parts = new ArrayList<>();
            for (int number = 1; number <= 3; number++) {
                String name = "part " + number;
                parts.add(new Thread(() -> work(client, name)));
            }
            parts.forEach(Thread::start);
            for (Thread part : parts) {
                part.join();
            }
        }
    }

    /** Does its share of each step; nobody begins a step before all have done the one before. */
    private static void work(Client client, String name) {
        SessionOptions options =
                SessionOptions.builder().ttl(Duration.ofSeconds(5)).label(name).build();
        BarrierOptions plan = BarrierOptions.count(3)
                .doubled()
                .deadline(Duration.ofSeconds(60))
                .build();
        try (Session session = client.openSession(options)) {
            Barrier gate = session.barrier("examples/job", plan);
            for (int step = 1; step <= 3; step++) {
                gate.enter();
                System.out.println(name + ": step " + step);
                gate.leave();
            }
        }
    }
}
