import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.quorate.Client;
import io.quorate.Notice;
import io.quorate.Participant;
import io.quorate.ParticipantOptions;
import io.quorate.Participation;
import io.quorate.QuorateException;
import io.quorate.v1.LatePolicy;
import io.quorate.v1.Phase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that takes part in recovery: it does each phase until it is told to finish it. */
final class Program implements Participant {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What it was told and the scenario has not read. */
    private final BlockingQueue<Map<String, Object>> phases = new LinkedBlockingQueue<>();

    private final BlockingQueue<Map<String, Object>> notices = new LinkedBlockingQueue<>();
    private final CompletableFuture<Participation> participation = new CompletableFuture<>();
    /** Ends the phase that is under way. */
    private volatile CompletableFuture<Void> finish = new CompletableFuture<>();

    /** Takes part from now on. */
    Program(Client client, JsonObject args) {
        try {
            participation.complete(client.participate(options(args), this));
        } catch (QuorateException bad) {
            participation.completeExceptionally(bad);
        }
    }

    private static ParticipantOptions options(JsonObject args) {
        ParticipantOptions.Builder options = ParticipantOptions.builder(Driver.text(args, "participant"));
        Driver.given(args, "level").map(JsonElement::getAsInt).ifPresent(options::level);
        Driver.given(args, "requires")
                .ifPresent(names -> options.requires(names.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsString)
                        .toArray(String[]::new)));
        Driver.given(args, "deadline").map(Driver::seconds).ifPresent(options::deadline);
        Driver.given(args, "idle").map(Driver::seconds).ifPresent(options::idleTimeout);
        Driver.given(args, "late").ifPresent(wait -> options.late(LatePolicy.LATE_POLICY_WAIT));
        return options.build();
    }

    /** What is done with it. */
    Map<String, Object> carryOut(String op, JsonObject args) throws Exception {
        switch (op) {
            case "phase":
                return next(phases, args);
            case "notice":
                return next(notices, args);
            case "finish":
                end(Driver.given(args, "error").map(JsonElement::getAsString).orElse(null));
                return Map.of();
            case "participation":
                throw ended();
            default:
                CompletableFuture<Void> closed = participation.join().closeAsync();
                end(null);
                closed.join();
                return Map.of();
        }
    }

    private static Map<String, Object> next(BlockingQueue<Map<String, Object>> told, JsonObject args)
            throws InterruptedException, TimeoutException {
        Duration limit = Driver.given(args, "timeout").map(Driver::seconds).orElse(PATIENCE);
        Map<String, Object> next = told.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            throw new TimeoutException();
        }
        return next;
    }

    private void end(String error) {
        if (error == null) {
            finish.complete(null);
        } else {
            finish.completeExceptionally(new IllegalStateException(error));
        }
    }

    private Exception ended() {
        try {
            return participation.get().waitEnded();
        } catch (InterruptedException impossible) {
            return impossible;
        } catch (ExecutionException bad) {
            return (QuorateException) bad.getCause();
        }
    }

    @Override
    public void prepare(OptionalLong epoch) throws Exception {
        perform(Phase.PHASE_PREPARE, epoch.isPresent() ? epoch.getAsLong() : null);
    }

    @Override
    public void recover(long epoch) throws Exception {
        perform(Phase.PHASE_RECOVER, epoch);
    }

    @Override
    public void resume(long epoch) throws Exception {
        perform(Phase.PHASE_RESUME, epoch);
    }

    private void perform(Phase phase, Long epoch) throws Exception {
        CompletableFuture<Void> finished = new CompletableFuture<>();
        finish = finished;
        Map<String, Object> told = new HashMap<>();
        told.put("phase", word(phase));
        told.put("epoch", epoch);
        phases.add(told);
        finished.get();
    }

    @Override
    public void notice(Notice notice) {
        if (notice instanceof Notice.Joined) {
            notices.add(Map.of("kind", "joined"));
        } else if (notice instanceof Notice.Away) {
            notices.add(Map.of("kind", "away"));
        } else if (notice instanceof Notice.Isolated isolated) {
            notices.add(Map.of("kind", "isolated", "phase", word(isolated.phase())));
        } else if (notice instanceof Notice.Failed failed) {
            notices.add(Map.of("kind", "failed", "phase", word(failed.phase())));
        }
    }

    private static String word(Phase phase) {
        return phase.name().replaceFirst("PHASE_", "");
    }
}
