package io.quorate;

import io.quorate.QuorateException.Refused;
import io.quorate.v1.AbortBarrierRequest;
import io.quorate.v1.EnterBarrierRequest;
import io.quorate.v1.LeaveBarrierRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** A point that a set of sessions pass together or not at all, again and again: each time is a generation. */
public final class Barrier {
    private final Session session;
    private final String path;
    private final BarrierOptions options;
    private volatile String enterId = Session.requestId();
    private volatile String leaveId = Session.requestId();

    Barrier(Session session, String path, BarrierOptions options) {
        this.session = session;
        this.path = path;
        this.options = options;
    }

    /** {@return its path} */
    public String path() {
        return path;
    }

    /**
     * Comes to the barrier; blocks until all are there, however long that takes. See {@link #enter(Duration)}.
     *
     * @return the generation
     */
    public long enter() {
        return enter(null);
    }

    /**
     * Comes to the barrier; blocks until all are there, for {@code timeout} at most.
     *
     * <p>When the time is over, or the thread is interrupted, the place stays with the session: the same call takes it
     * up again, and gets the same answer if all were there meanwhile; {@link #leave()} gives it up.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return the generation
     * @throws QuorateException.DeadlineExceeded not all were there in time
     * @throws QuorateException.BarrierBroken the generation ended without passing
     * @throws QuorateException.BarrierMismatch others say that the barrier is something else
     * @throws QuorateException.SessionError the session is over
     */
    public long enter(Duration timeout) {
        return Futures.await(enterAsync(timeout));
    }

    /**
     * As {@link #enter(Duration)}, without blocking.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return completes with the generation
     */
    public CompletableFuture<Long> enterAsync(Duration timeout) {
        EnterBarrierRequest request = EnterBarrierRequest.newBuilder()
                .setSession(session.token())
                .setPath(path)
                .setPlan(options.toProto())
                .setRequestId(enterId)
                .build();
        return answered(
                session.pool().await(stubs -> stubs.barriers().enterBarrier(request), timeout),
                answer -> answer.getGeneration(),
                id -> enterId = id);
    }

    /**
     * Leaves the inside of a double barrier; blocks until all have come to leave or have ended. See {@link
     * #leave(Duration)}.
     *
     * @return the generation
     */
    public long leave() {
        return leave(null);
    }

    /**
     * Leaves the inside of a double barrier; blocks until all have come to leave or have ended, for {@code timeout} at
     * most.
     *
     * <p>Where the session still waits for others to come, it goes away at once.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return the generation
     * @throws QuorateException.DeadlineExceeded not all have come to leave in time; the same call waits on
     * @throws QuorateException.BarrierNotThere the session is not at the barrier
     * @throws QuorateException.SessionError the session is over
     */
    public long leave(Duration timeout) {
        return Futures.await(leaveAsync(timeout));
    }

    /**
     * As {@link #leave(Duration)}, without blocking.
     *
     * @param timeout how long to wait; null for as long as it takes
     * @return completes with the generation
     */
    public CompletableFuture<Long> leaveAsync(Duration timeout) {
        LeaveBarrierRequest request = LeaveBarrierRequest.newBuilder()
                .setSession(session.token())
                .setPath(path)
                .setRequestId(leaveId)
                .build();
        return answered(
                session.pool().await(stubs -> stubs.barriers().leaveBarrier(request), timeout),
                answer -> answer.getGeneration(),
                id -> leaveId = id);
    }

    /**
     * Ends the present generation without passing: all who wait are told so. Repeated when needed.
     *
     * @param reason why, for people; 128 bytes at most
     * @return the generation
     * @throws QuorateException.BarrierNotThere the session has not come to the barrier
     */
    public long abort(String reason) {
        return Futures.await(abortAsync(reason));
    }

    /**
     * As {@link #abort}, without blocking.
     *
     * @param reason why, for people; 128 bytes at most
     * @return completes with the generation
     */
    public CompletableFuture<Long> abortAsync(String reason) {
        AbortBarrierRequest request = AbortBarrierRequest.newBuilder()
                .setSession(session.token())
                .setPath(path)
                .setReason(reason)
                .setRequestId(Session.requestId())
                .build();
        return Futures.outward(
                session.pool().ask(stubs -> stubs.barriers().abortBarrier(request)), answer -> answer.getGeneration());
    }

    /** The next request is another one, of another id, unless this one has no answer. */
    private static <R> CompletableFuture<Long> answered(
            CompletableFuture<R> asked, ToLongFunction<R> generation, Consumer<String> next) {
        return Futures.outward(asked, new Futures.Outcome<R, Long>() {
            @Override
            public Long answered(R answer) {
                next.accept(Session.requestId());
                return generation.applyAsLong(answer);
            }

            @Override
            public Optional<Long> failed(Throwable error) {
                if (error instanceof Refused) {
                    next.accept(Session.requestId());
                }
                return Optional.empty();
            }
        });
    }
}
