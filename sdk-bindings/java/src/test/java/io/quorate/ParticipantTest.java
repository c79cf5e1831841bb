package io.quorate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.QuorateException.BadOptions;
import io.quorate.QuorateException.Closed;
import io.quorate.v1.LatePolicy;
import io.quorate.v1.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that take part, without agents: what is told, what is cut short, what is acknowledged. */
@Timeout(60)
final class ParticipantTest {
    /** Writes down what it is told; does it only when it is let. */
    private static final class Program implements Participant {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final Semaphore may = new Semaphore(0);

        @Override
        public void prepare(OptionalLong epoch) throws Exception {
            act("prepare " + epoch);
        }

        @Override
        public void recover(long epoch) throws Exception {
            act("recover " + epoch);
        }

        @Override
        public void resume(long epoch) throws IOException {
            throw new IOException("no disk");
        }

        @Override
        public void notice(Notice notice) {
            told.add(notice.toString());
        }

        private void act(String what) throws InterruptedException {
            told.add(what);
            try {
                may.acquire();
            } catch (InterruptedException cut) {
                told.add("cut short");
                throw cut;
            }
        }

        /** It has been told this, and no more. */
        void was(String... lines) throws InterruptedException {
            for (String line : lines) {
                assertEquals(line, told.poll(30, TimeUnit.SECONDS));
            }
            assertEquals(List.of(), List.copyOf(told));
        }
    }

    private final Program program = new Program();
    private final Work work = new Work(program, "store");

    private void tell(long epoch, Phase phase) {
        work.tell(new Work.Order(
                phase, OptionalLong.of(epoch), () -> program.told.add("done " + epoch + " " + phase.getNumber())));
    }

    private void end() {
        work.end(new Closed());
        work.await();
    }

    @Test
    void eachPhaseIsAcknowledgedWhenItIsDone() throws InterruptedException {
        tell(7, Phase.PHASE_PREPARE);
        program.was("prepare OptionalLong[7]");
        program.may.release();
        program.was("done 7 1");
        tell(7, Phase.PHASE_RECOVER);
        program.was("recover 7");
        work.notice(new Notice.Isolated(Phase.PHASE_RECOVER));
        program.was("was late: recover");
        program.may.release();
        program.was("done 7 2");
        tell(7, Phase.PHASE_RESUME);
        program.was("failed to resume: java.io.IOException: no disk");
        end();
        program.was();
    }

    @Test
    void whatIsOutOfDateIsCutShortAndTheNewestOrderCounts() throws InterruptedException {
        tell(7, Phase.PHASE_RECOVER);
        program.was("recover 7");
        work.tell(Work.Order.GONE);
        program.was("cut short", "prepare OptionalLong.empty");
        tell(8, Phase.PHASE_PREPARE);
        tell(9, Phase.PHASE_RECOVER);
        tell(10, Phase.PHASE_PREPARE);
        program.was();
        program.may.release();
        program.was("prepare OptionalLong[10]");
        program.may.release();
        program.was("done 10 1");
        end();
    }

    @Test
    void preparingIsNeverCutShort() throws InterruptedException {
        tell(7, Phase.PHASE_PREPARE);
        program.was("prepare OptionalLong[7]");
        work.tell(Work.Order.GONE);
        work.end(new Closed());
        assertFalse(work.ended().isDone());
        program.may.release();
        program.was("done 7 1", "prepare OptionalLong.empty");
        program.may.release();
        assertInstanceOf(Closed.class, work.ended().join());
        work.await();
        program.was();
    }

    @Test
    void aProgramThatTakesPartNoMoreIsNotTold() throws InterruptedException {
        tell(7, Phase.PHASE_RECOVER);
        program.was("recover 7");
        work.leave(new Closed());
        work.await();
        program.was("cut short");
    }

    @Test
    void optionsAreCheckedAndBecomeAnIntroduction() {
        ParticipantOptions.Builder builder = ParticipantOptions.builder("store")
                .level(3)
                .requires("disk")
                .deadline(Duration.ofSeconds(2))
                .late(LatePolicy.LATE_POLICY_WAIT);
        io.quorate.v1.Participant told = builder.build().introduction().getParticipant();
        assertEquals("store 3", told.getName() + " " + told.getLevel());
        assertEquals(List.of("disk"), told.getRequiresList());
        assertEquals(2, told.getDeadline().getSeconds());
        assertEquals(LatePolicy.LATE_POLICY_WAIT, told.getLate());
        BadOptions hasty = assertThrows(
                BadOptions.class, () -> builder.deadline(Duration.ZERO).build());
        assertEquals("deadline is 0 s, allowed is 0.1 s to 3600 s", hasty.getMessage());
        ParticipantOptions.Builder usual = ParticipantOptions.builder("store");
        assertFalse(usual.build().introduction().getParticipant().hasDeadline());
        assertThrows(
                BadOptions.class, () -> usual.idleTimeout(Duration.ofHours(2)).build());
        assertTrue(usual.idleTimeout(Duration.ofHours(1)).build().requires().isEmpty());
    }
}
