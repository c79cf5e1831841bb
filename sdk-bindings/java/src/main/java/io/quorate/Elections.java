package io.quorate;

import io.quorate.v1.Binding;
import io.quorate.v1.Consistency;
import io.quorate.v1.ElectionServiceGrpc;
import io.quorate.v1.GetLeaderRequest;
import io.quorate.v1.ObserveLeaderRequest;
import io.quorate.v1.ObserveLeaderResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Who leads; {@link Session#election} stands for an office. */
public final class Elections {
    private final Pool pool;

    Elections(Pool pool) {
        this.pool = pool;
    }

    /**
     * Who leads, at least as new as all that was answered before, by any agent.
     *
     * @param path the office
     * @return who leads; empty when nobody does
     */
    public Optional<Binding> leader(String path) {
        return leader(path, Consistency.CONSISTENCY_LATEST);
    }

    /**
     * Who leads.
     *
     * @param path the office
     * @param consistency how new the answer must be
     * @return who leads; empty when nobody does
     */
    public Optional<Binding> leader(String path, Consistency consistency) {
        return Futures.await(leaderAsync(path, consistency));
    }

    /**
     * As {@link #leader(String, Consistency)}, without blocking.
     *
     * @param path the office
     * @param consistency how new the answer must be
     * @return completes with who leads
     */
    public CompletableFuture<Optional<Binding>> leaderAsync(String path, Consistency consistency) {
        GetLeaderRequest request = GetLeaderRequest.newBuilder()
                .setPath(path)
                .setConsistency(consistency)
                .build();
        return Futures.outward(
                pool.ask(stubs -> stubs.elections().getLeader(request)),
                answer -> answer.hasLeader() ? Optional.of(answer.getLeader()) : Optional.empty());
    }

    /**
     * Watches who leads: as it is now, then each time that it changes.
     *
     * @param path the office
     * @return the watch
     */
    public Watch<ObserveLeaderResponse> observe(String path) {
        return observe(path, WatchOptions.DEFAULT);
    }

    /**
     * Watches who leads: as it is now, then each time that it changes.
     *
     * @param path the office
     * @param options when it gives up; there are no cursors
     * @return the watch
     */
    public Watch<ObserveLeaderResponse> observe(String path, WatchOptions options) {
        ObserveLeaderRequest request =
                ObserveLeaderRequest.newBuilder().setPath(path).build();
        return new Watch<>(
                pool,
                new Watch.Source<>(ElectionServiceGrpc.getObserveLeaderMethod(), cursor -> request, message -> ""),
                options);
    }
}
