package io.quorate;

import io.quorate.v1.EventKind;
import io.quorate.v1.EventServiceGrpc;
import io.quorate.v1.WatchEventsRequest;
import io.quorate.v1.WatchEventsResponse;
import java.util.Collection;
import java.util.List;

/** What happens in the cluster, in one order, without gaps. */
public final class Events {
    private final Pool pool;

    Events(Pool pool) {
        this.pool = pool;
    }

    /** {@return a watch of views, quorum, sessions, names and barriers} */
    public Watch<WatchEventsResponse> watch() {
        return watch(List.of(), "", WatchOptions.DEFAULT);
    }

    /**
     * Watches views, quorum, sessions, names and barriers.
     *
     * @param kinds only these kinds; all without any
     * @param pathPrefix of names and barriers, only those whose paths begin with this
     * @param options where it begins, and when it gives up
     * @return the watch
     */
    public Watch<WatchEventsResponse> watch(Collection<EventKind> kinds, String pathPrefix, WatchOptions options) {
        WatchEventsRequest request = WatchEventsRequest.newBuilder()
                .addAllKinds(kinds)
                .setPathPrefix(pathPrefix)
                .build();
        return new Watch<>(
                pool,
                new Watch.Source<>(
                        EventServiceGrpc.getWatchEventsMethod(),
                        cursor -> request.toBuilder().setCursor(cursor).build(),
                        WatchEventsResponse::getCursor),
                options);
    }
}
