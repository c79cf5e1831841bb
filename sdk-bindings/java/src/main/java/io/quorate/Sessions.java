package io.quorate;

import io.quorate.v1.GetSessionRequest;
import io.quorate.v1.ListSessionsRequest;
import io.quorate.v1.ListSessionsResponse;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The sessions of the cluster; {@link Client#openSession()} opens one. */
public final class Sessions {
    private final Pool pool;

    Sessions(Pool pool) {
        this.pool = pool;
    }

    /**
     * One session, as the answering agent knows it.
     *
     * @param id its id
     * @return the session
     * @throws QuorateException.SessionUnknown there never was such a session
     * @throws QuorateException.SessionEnded it is over
     */
    public io.quorate.v1.Session get(String id) {
        return Futures.await(getAsync(id));
    }

    /**
     * As {@link #get}, without blocking.
     *
     * @param id its id
     * @return completes with the session
     */
    public CompletableFuture<io.quorate.v1.Session> getAsync(String id) {
        GetSessionRequest request =
                GetSessionRequest.newBuilder().setSessionId(id).build();
        return Futures.outward(pool.ask(stubs -> stubs.sessions().getSession(request)), answer -> answer.getSession());
    }

    /**
     * The sessions, in the order in which they were opened.
     *
     * @return the sessions; pages are fetched, which blocks, as they are needed
     */
    public Stream<io.quorate.v1.Session> list() {
        return Pages.stream(this::page, ListSessionsResponse::getSessionsList, ListSessionsResponse::getNextPageToken);
    }

    private ListSessionsResponse page(String token) {
        ListSessionsRequest request = ListSessionsRequest.newBuilder()
                .setPageSize(Pages.SIZE)
                .setPageToken(token)
                .build();
        return Futures.await(pool.ask(stubs -> stubs.sessions().listSessions(request)));
    }
}
