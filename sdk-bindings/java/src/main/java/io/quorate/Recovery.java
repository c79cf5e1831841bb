package io.quorate;

import io.quorate.v1.GetRecoveryRequest;
import io.quorate.v1.GetRecoveryResponse;
import io.quorate.v1.RecoveryServiceGrpc;
import io.quorate.v1.WatchRecoveryRequest;
import io.quorate.v1.WatchRecoveryResponse;
import java.util.concurrent.CompletableFuture;

/**
 * How services, and programs that take part, recover after a change of the cluster; {@link Client#participate} takes
 * part.
 */
public final class Recovery {
    private final Pool pool;

    Recovery(Pool pool) {
        this.pool = pool;
    }

    /**
     * How far recovery is, what runs where, what waits for what, and what cannot run and why. Blocks for some seconds at
     * most, and only while nobody leads recovery.
     *
     * @return how recovery stands
     * @throws QuorateException.QuorumLost nobody leads it for longer
     */
    public GetRecoveryResponse get() {
        return Futures.await(getAsync());
    }

    /**
     * As {@link #get}, without blocking.
     *
     * @return completes with how recovery stands
     */
    public CompletableFuture<GetRecoveryResponse> getAsync() {
        GetRecoveryRequest request = GetRecoveryRequest.getDefaultInstance();
        return Futures.outward(pool.ask(stubs -> stubs.recovery().getRecovery(request)), answer -> answer);
    }

    /** {@return a watch of how recovery stands: as it is now, then each time that this changes} */
    public Watch<WatchRecoveryResponse> watch() {
        return watch(WatchOptions.DEFAULT);
    }

    /**
     * Watches how recovery stands: as it is now, then each time that this changes. Steps in between may be left out,
     * never the present one.
     *
     * @param options when it gives up; there are no cursors
     * @return the watch
     */
    public Watch<WatchRecoveryResponse> watch(WatchOptions options) {
        return new Watch<>(
                pool,
                new Watch.Source<>(
                        RecoveryServiceGrpc.getWatchRecoveryMethod(),
                        cursor -> WatchRecoveryRequest.getDefaultInstance(),
                        message -> ""),
                options);
    }
}
