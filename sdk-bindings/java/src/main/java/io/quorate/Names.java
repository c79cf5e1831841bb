package io.quorate;

import io.quorate.v1.Binding;
import io.quorate.v1.Consistency;
import io.quorate.v1.GetNameRequest;
import io.quorate.v1.ListNamesRequest;
import io.quorate.v1.ListNamesResponse;
import io.quorate.v1.NameServiceGrpc;
import io.quorate.v1.WatchNamesRequest;
import io.quorate.v1.WatchNamesResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What is bound to which path; {@link Session#bind(String, com.google.protobuf.ByteString)} binds. */
public final class Names {
    private final Pool pool;

    Names(Pool pool) {
        this.pool = pool;
    }

    /**
     * The bindings of one path, at least as new as all that was answered before, by any agent.
     *
     * @param path the name
     * @return none when it is free, several when it is shared
     */
    public List<Binding> get(String path) {
        return get(path, Consistency.CONSISTENCY_LATEST);
    }

    /**
     * The bindings of one path.
     *
     * @param path the name
     * @param consistency how new the answer must be; with {@code CONSISTENCY_LOCAL} it is as the answering agent has it, which
     *     may be a little behind, and is answered without quorum, too
     * @return none when it is free, several when it is shared
     */
    public List<Binding> get(String path, Consistency consistency) {
        return Futures.await(getAsync(path, consistency));
    }

    /**
     * As {@link #get(String, Consistency)}, without blocking.
     *
     * @param path the name
     * @param consistency how new the answer must be
     * @return completes with the bindings
     */
    public CompletableFuture<List<Binding>> getAsync(String path, Consistency consistency) {
        GetNameRequest request = GetNameRequest.newBuilder()
                .setPath(path)
                .setConsistency(consistency)
                .build();
        return Futures.outward(pool.ask(stubs -> stubs.names().getName(request)), answer -> answer.getBindingsList());
    }

    /**
     * The bindings of all paths that begin with a text, in their order, as the answering agent has them.
     *
     * <p>Each page is as things are when it is asked for; for one moment's state and what follows use {@link
     * #watch(String)}.
     *
     * @param prefix what the paths begin with; all when empty
     * @return the bindings; pages are fetched, which blocks, as they are needed
     */
    public Stream<Binding> list(String prefix) {
        return list(prefix, Consistency.CONSISTENCY_LOCAL);
    }

    /**
     * The bindings of all paths that begin with a text, in their order.
     *
     * <p>Each page is as things are when it is asked for; for one moment's state and what follows use {@link
     * #watch(String)}.
     *
     * @param prefix what the paths begin with; all when empty
     * @param consistency how new each page must be
     * @return the bindings; pages are fetched, which blocks, as they are needed
     */
    public Stream<Binding> list(String prefix, Consistency consistency) {
        return Pages.stream(
                token -> page(prefix, consistency, token),
                ListNamesResponse::getBindingsList,
                ListNamesResponse::getNextPageToken);
    }

    private ListNamesResponse page(String prefix, Consistency consistency, String token) {
        ListNamesRequest request = ListNamesRequest.newBuilder()
                .setPrefix(prefix)
                .setConsistency(consistency)
                .setPageSize(Pages.SIZE)
                .setPageToken(token)
                .build();
        return Futures.await(pool.ask(stubs -> stubs.names().listNames(request)));
    }

    /**
     * Watches the bindings of all paths that begin with a text, without gaps.
     *
     * @param prefix what the paths begin with; all when empty
     * @return the watch
     */
    public Watch<WatchNamesResponse> watch(String prefix) {
        return watch(prefix, WatchOptions.DEFAULT);
    }

    /**
     * Watches the bindings of all paths that begin with a text, without gaps.
     *
     * @param prefix what the paths begin with; all when empty
     * @param options where it begins, and when it gives up
     * @return the watch
     */
    public Watch<WatchNamesResponse> watch(String prefix, WatchOptions options) {
        return new Watch<>(
                pool,
                new Watch.Source<>(
                        NameServiceGrpc.getWatchNamesMethod(),
                        cursor -> WatchNamesRequest.newBuilder()
                                .setPrefix(prefix)
                                .setCursor(cursor)
                                .build(),
                        WatchNamesResponse::getCursor),
                options);
    }
}
