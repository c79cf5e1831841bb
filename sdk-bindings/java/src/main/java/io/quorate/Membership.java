package io.quorate;

import io.quorate.v1.GetNodeRequest;
import io.quorate.v1.GetViewRequest;
import io.quorate.v1.GetViewResponse;
import io.quorate.v1.ListNodesRequest;
import io.quorate.v1.ListNodesResponse;
import io.quorate.v1.MembershipServiceGrpc;
import io.quorate.v1.Node;
import io.quorate.v1.WatchMembershipRequest;
import io.quorate.v1.WatchMembershipResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Who belongs to the cluster. */
public final class Membership {
    private final Pool pool;

    Membership(Pool pool) {
        this.pool = pool;
    }

    /**
     * {@return the last installed view and how far it has come; in {@code VIEW_STATE_TRANSITION} nobody may act on it}
     */
    public GetViewResponse view() {
        return Futures.await(viewAsync());
    }

    /**
     * As {@link #view}, without blocking.
     *
     * @return completes with the last installed view
     */
    public CompletableFuture<GetViewResponse> viewAsync() {
        GetViewRequest request = GetViewRequest.getDefaultInstance();
        return Futures.outward(pool.ask(stubs -> stubs.membership().getView(request)), answer -> answer);
    }

    /** {@return what the answering node knows of itself} */
    public Node node() {
        return node("");
    }

    /**
     * What the answering node knows of one node.
     *
     * @param name the node; empty for the answering one
     * @return the node
     * @throws QuorateException.NodeNotFound it knows no node of that name
     */
    public Node node(String name) {
        return Futures.await(nodeAsync(name));
    }

    /**
     * As {@link #node(String)}, without blocking.
     *
     * @param name the node; empty for the answering one
     * @return completes with the node
     */
    public CompletableFuture<Node> nodeAsync(String name) {
        GetNodeRequest request = GetNodeRequest.newBuilder().setNodeName(name).build();
        return Futures.outward(pool.ask(stubs -> stubs.membership().getNode(request)), answer -> answer.getNode());
    }

    /**
     * All nodes that the answering node knows, members first.
     *
     * @return the nodes; pages are fetched, which blocks, as they are needed
     */
    public Stream<Node> nodes() {
        return Pages.stream(this::nodes, ListNodesResponse::getNodesList, ListNodesResponse::getNextPageToken);
    }

    private ListNodesResponse nodes(String token) {
        ListNodesRequest request = ListNodesRequest.newBuilder()
                .setPageSize(Pages.SIZE)
                .setPageToken(token)
                .build();
        return Futures.await(pool.ask(stubs -> stubs.membership().listNodes(request)));
    }

    /** {@return a watch of views, transitions, nodes and links} */
    public Watch<WatchMembershipResponse> watch() {
        return watch(WatchOptions.DEFAULT, null);
    }

    /**
     * Watches views, transitions, nodes and links.
     *
     * @param options where it begins, and when it gives up
     * @return the watch
     */
    public Watch<WatchMembershipResponse> watch(WatchOptions options) {
        return watch(options, null);
    }

    /**
     * Watches views, transitions, nodes and links.
     *
     * @param options where it begins, and when it gives up
     * @param figuresInterval has the figures of all nodes and links sent again so often: 100 ms to 1 h; null for never
     * @return the watch
     */
    public Watch<WatchMembershipResponse> watch(WatchOptions options, Duration figuresInterval) {
        WatchMembershipRequest.Builder request = WatchMembershipRequest.newBuilder();
        if (figuresInterval != null) {
            request.setFiguresInterval(Spans.toProto(figuresInterval));
        }
        return new Watch<>(
                pool,
                new Watch.Source<>(
                        MembershipServiceGrpc.getWatchMembershipMethod(),
                        cursor -> request.setCursor(cursor).build(),
                        WatchMembershipResponse::getCursor),
                options);
    }
}
