package io.quorate;

import java.util.concurrent.CompletableFuture;

/**
 * A program that takes part in recovery, through whatever agent answers; see {@link Client#participate}. Close it, or
 * use it in a try-with-resources statement.
 *
 * <p>It has a thread, {@code quorate participant} with the program's name, which carries out the phases.
 */
public final class Participation implements AutoCloseable {
    private final Pool pool;
    private final Work work;
    private final Link link;

    Participation(Pool pool, ParticipantOptions options, Participant program) {
        this.pool = pool;
        this.work = new Work(program, options.name());
        this.link = new Link(pool, options, work);
        pool.add(link, link::start);
    }

    /**
     * Waits until taking part has ended, which it does of itself only when it is of no use, and when the program was told
     * to prepare and has done that.
     *
     * @return why: a {@link QuorateException.Refused} that every agent would repeat, such as {@link
     *     QuorateException.BadRequest}, or {@link QuorateException.Closed}
     */
    public QuorateException waitEnded() {
        return Futures.await(waitEndedAsync());
    }

    /**
     * As {@link #waitEnded}, without blocking.
     *
     * @return completes with why it has ended
     */
    public CompletableFuture<QuorateException> waitEndedAsync() {
        return Futures.outward(work.ended(), why -> why);
    }

    /**
     * Ends taking part. The program is not told; when it recovers or resumes at this moment, its thread is interrupted.
     * Returns when the phase that is under way has ended, unless it is called by that, and no thread is left.
     */
    @Override
    public void close() {
        leave();
        work.await();
    }

    /**
     * As {@link #close}, without blocking.
     *
     * @return completes when no thread is left
     */
    public CompletableFuture<Void> closeAsync() {
        leave();
        return CompletableFuture.runAsync(work::await, Futures.USERS);
    }

    private void leave() {
        pool.execute(link::leave);
    }
}
