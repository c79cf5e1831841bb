package io.quorate;

import io.quorate.v1.Consistency;
import io.quorate.v1.GetLockRequest;
import io.quorate.v1.GetLockResponse;
import java.util.concurrent.CompletableFuture;

/** Who holds a lock; {@link Session#lock(String)} takes one. */
public final class Locks {
    private final Pool pool;

    Locks(Pool pool) {
        this.pool = pool;
    }

    /**
     * Who holds a lock and who queues for it, at least as new as all that was answered before, by any agent.
     *
     * @param path the lock
     * @return who holds it and who queues for it
     */
    public GetLockResponse get(String path) {
        return get(path, Consistency.CONSISTENCY_LATEST);
    }

    /**
     * Who holds a lock and who queues for it.
     *
     * @param path the lock
     * @param consistency how new the answer must be
     * @return who holds it and who queues for it
     */
    public GetLockResponse get(String path, Consistency consistency) {
        return Futures.await(getAsync(path, consistency));
    }

    /**
     * As {@link #get(String, Consistency)}, without blocking.
     *
     * @param path the lock
     * @param consistency how new the answer must be
     * @return completes with who holds it and who queues for it
     */
    public CompletableFuture<GetLockResponse> getAsync(String path, Consistency consistency) {
        GetLockRequest request = GetLockRequest.newBuilder()
                .setPath(path)
                .setConsistency(consistency)
                .build();
        return Futures.outward(pool.ask(stubs -> stubs.locks().getLock(request)), answer -> answer);
    }
}
