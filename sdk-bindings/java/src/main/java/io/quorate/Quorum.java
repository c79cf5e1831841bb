package io.quorate;

import io.quorate.v1.ExplainQuorumRequest;
import io.quorate.v1.ExplainQuorumResponse;
import io.quorate.v1.GetQuorumRequest;
import io.quorate.v1.GetQuorumResponse;
import io.quorate.v1.ListVotersRequest;
import io.quorate.v1.ListVotersResponse;
import io.quorate.v1.QuorumServiceGrpc;
import io.quorate.v1.WatchQuorumRequest;
import io.quorate.v1.WatchQuorumResponse;
import java.util.concurrent.CompletableFuture;

/** Whether this side of the cluster may act, and under which fencing epoch. */
public final class Quorum {
    private final Pool pool;

    Quorum(Pool pool) {
        this.pool = pool;
    }

    /**
     * Whether the answering node has quorum at this moment, and for how long surely. Having none is an answer.
     *
     * @return the quorum
     */
    public GetQuorumResponse get() {
        return Futures.await(getAsync());
    }

    /**
     * As {@link #get}, without blocking.
     *
     * @return completes with the quorum
     */
    public CompletableFuture<GetQuorumResponse> getAsync() {
        GetQuorumRequest request = GetQuorumRequest.getDefaultInstance();
        return Futures.outward(pool.ask(stubs -> stubs.quorum().getQuorum(request)), answer -> answer);
    }

    /** {@return who votes, and how voters are chosen, as far as the answering node knows} */
    public ListVotersResponse voters() {
        return Futures.await(votersAsync());
    }

    /**
     * As {@link #voters}, without blocking.
     *
     * @return completes with who votes
     */
    public CompletableFuture<ListVotersResponse> votersAsync() {
        ListVotersRequest request = ListVotersRequest.getDefaultInstance();
        return Futures.outward(pool.ask(stubs -> stubs.quorum().listVoters(request)), answer -> answer);
    }

    /**
     * What would happen to quorum if these nodes failed, and those left. Changes nothing.
     *
     * @param request the nodes
     * @return what would happen
     */
    public ExplainQuorumResponse explain(ExplainQuorumRequest request) {
        return Futures.await(explainAsync(request));
    }

    /**
     * As {@link #explain}, without blocking.
     *
     * @param request the nodes
     * @return completes with what would happen
     */
    public CompletableFuture<ExplainQuorumResponse> explainAsync(ExplainQuorumRequest request) {
        return Futures.outward(pool.ask(stubs -> stubs.quorum().explainQuorum(request)), answer -> answer);
    }

    /** {@return a watch of whether the answering node has quorum: as it is now, then each time that it changes} */
    public Watch<WatchQuorumResponse> watch() {
        return watch(WatchOptions.DEFAULT);
    }

    /**
     * Watches whether the answering node has quorum: as it is now, then each time that it changes.
     *
     * @param options when it gives up; there are no cursors
     * @return the watch
     */
    public Watch<WatchQuorumResponse> watch(WatchOptions options) {
        return new Watch<>(
                pool,
                new Watch.Source<>(
                        QuorumServiceGrpc.getWatchQuorumMethod(),
                        cursor -> WatchQuorumRequest.getDefaultInstance(),
                        message -> ""),
                options);
    }
}
