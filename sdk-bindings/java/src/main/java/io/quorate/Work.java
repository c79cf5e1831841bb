package io.quorate;

import com.google.common.util.concurrent.MoreExecutors;
import io.quorate.QuorateException.Interrupted;
import io.quorate.v1.Phase;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The program's side of taking part: one phase after the other, the newest order first. */
final class Work {
    private final Participant program;
    private final ExecutorService phases;
    private final Executor notices = MoreExecutors.newSequentialExecutor(Futures.USERS);
    private final CompletableFuture<QuorateException> ended = new CompletableFuture<>();
    private volatile Order newest;
    private volatile Thread thread;
    private Future<?> begun = CompletableFuture.completedFuture(null);

    /**
     * What a program is to do.
     *
     * @param epoch by which; empty when no agent says so
     * @param acknowledge says that it was done
     */
    record Order(Phase phase, OptionalLong epoch, Runnable acknowledge) {
        /** What it is told when the agent is gone. */
        static final Order GONE = new Order(Phase.PHASE_PREPARE, OptionalLong.empty(), () -> {});

        /** What is being prepared is never cut short, for nothing must be in use after it. */
        boolean mayBeCut() {
            return phase != Phase.PHASE_PREPARE;
        }
    }

    Work(Participant program, String name) {
        this.program = program;
        this.phases = Executors.newSingleThreadExecutor(task -> {
            thread = new Thread(task, "quorate participant " + name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Has this done, instead of what was told before. Only one thread at a time may call this and what follows. */
    void tell(Order order) {
        replace(order);
        begun = phases.submit(() -> perform(order));
    }

    /** Nothing more will be told, for this reason; what was told is done. */
    void end(QuorateException why) {
        phases.execute(() -> ended.complete(why));
        phases.shutdown();
    }

    /** As {@link #end}, but what was told counts no more. */
    void leave(QuorateException why) {
        replace(null);
        end(why);
    }

    /** Has the program told what happened. */
    void notice(Notice notice) {
        notices.execute(() -> program.notice(notice));
    }

    /** {@return completes with why nothing more will be told, when all that was is done} */
    CompletableFuture<QuorateException> ended() {
        return ended.copy();
    }

    /** Waits until no thread is left; not in that thread. */
    void await() {
        if (Thread.currentThread() == thread) {
            return;
        }
        Futures.await(ended());
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Interrupted(interrupted);
        }
    }

    private void replace(Order order) {
        Order before = newest;
        newest = order;
        if (before != null && before.mayBeCut()) {
            begun.cancel(true);
        }
    }

    private void perform(Order order) {
        if (order != newest) {
            return;
        }
        Throwable error = null;
        try {
            phase(order);
        } catch (Throwable thrown) {
            error = thrown;
        }
        if (order != newest && order.mayBeCut()) {
            return;
        }
        if (error == null) {
            order.acknowledge.run();
        } else {
            notice(new Notice.Failed(order.phase, order.epoch, error));
        }
    }

    private void phase(Order order) throws Exception {
        switch (order.phase) {
            case PHASE_RECOVER -> program.recover(order.epoch.orElseThrow());
            case PHASE_RESUME -> program.resume(order.epoch.orElseThrow());
            default -> program.prepare(order.epoch);
        }
    }
}
