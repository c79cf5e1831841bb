package io.quorate;

import io.quorate.v1.BarrierServiceGrpc;
import io.quorate.v1.GetBarrierRequest;
import io.quorate.v1.ListBarriersRequest;
import io.quorate.v1.ListBarriersResponse;
import io.quorate.v1.WatchBarrierRequest;
import io.quorate.v1.WatchBarrierResponse;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** How barriers stand; {@link Session#barrier} comes to one. */
public final class Barriers {
    private final Pool pool;

    Barriers(Pool pool) {
        this.pool = pool;
    }

    /**
     * How a barrier stands, and who is missing.
     *
     * @param path the barrier
     * @return how it stands
     * @throws QuorateException.BarrierNotThere nobody has come to it
     */
    public io.quorate.v1.Barrier get(String path) {
        return Futures.await(getAsync(path));
    }

    /**
     * As {@link #get}, without blocking.
     *
     * @param path the barrier
     * @return completes with how it stands
     */
    public CompletableFuture<io.quorate.v1.Barrier> getAsync(String path) {
        GetBarrierRequest request = GetBarrierRequest.newBuilder().setPath(path).build();
        return Futures.outward(pool.ask(stubs -> stubs.barriers().getBarrier(request)), answer -> answer.getBarrier());
    }

    /**
     * The barriers whose paths begin with a text, in their order.
     *
     * @param prefix what the paths begin with; all when empty
     * @return the barriers; pages are fetched, which blocks, as they are needed
     */
    public Stream<io.quorate.v1.Barrier> list(String prefix) {
        return Pages.stream(
                token -> page(prefix, token),
                ListBarriersResponse::getBarriersList,
                ListBarriersResponse::getNextPageToken);
    }

    private ListBarriersResponse page(String prefix, String token) {
        ListBarriersRequest request = ListBarriersRequest.newBuilder()
                .setPrefix(prefix)
                .setPageSize(Pages.SIZE)
                .setPageToken(token)
                .build();
        return Futures.await(pool.ask(stubs -> stubs.barriers().listBarriers(request)));
    }

    /**
     * Watches how a barrier stands: as it is now, then each time that this changes.
     *
     * @param path the barrier
     * @return the watch
     */
    public Watch<WatchBarrierResponse> watch(String path) {
        return watch(path, WatchOptions.DEFAULT);
    }

    /**
     * Watches how a barrier stands: as it is now, then each time that this changes.
     *
     * @param path the barrier
     * @param options when it gives up; there are no cursors
     * @return the watch
     */
    public Watch<WatchBarrierResponse> watch(String path, WatchOptions options) {
        WatchBarrierRequest request =
                WatchBarrierRequest.newBuilder().setPath(path).build();
        return new Watch<>(
                pool,
                new Watch.Source<>(BarrierServiceGrpc.getWatchBarrierMethod(), cursor -> request, message -> ""),
                options);
    }
}
