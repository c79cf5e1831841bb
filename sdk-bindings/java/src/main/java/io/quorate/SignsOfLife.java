package io.quorate;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.quorate.v1.KeepAliveRequest;
import io.quorate.v1.KeepAliveResponse;
import io.quorate.v1.SessionServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Keeps a session alive, at whichever agent answers, until the cluster says that it is over. Lives in the client's
 * thread.
 */
final class SignsOfLife {
    private final Pool pool;
    private final KeepAliveRequest sign;
    private final long pace;
    private final Consumer<Moment> heard;
    private final Consumer<QuorateException> over;
    private final Rotation rotation;
    private Future<?> timer = CompletableFuture.completedFuture(null);
    private Stream stream;

    /**
     * Gives one each third of the session's time.
     *
     * @param heard is told when each one was sent that was answered
     * @param over is told that there is nothing to keep alive any more
     */
    SignsOfLife(Pool pool, String token, long ttl, Consumer<Moment> heard, Consumer<QuorateException> over) {
        this.pool = pool;
        this.sign = KeepAliveRequest.newBuilder().setSession(token).build();
        this.pace = ttl / 3;
        this.heard = heard;
        this.over = over;
        this.rotation = new Rotation(pool.options().endpoints().size(), pool.preferred());
    }

    void start() {
        timer = pool.schedule(this::next, pace);
    }

    void stop() {
        timer.cancel(false);
        drop();
    }

    private void next() {
        Rotation.Step step = rotation.step();
        timer = pool.schedule(() -> open(pool.endpoint(step.index())), Math.min(step.pause(), pace));
    }

    private void open(Endpoint endpoint) {
        stream = new Stream(endpoint);
        stream.begin();
    }

    private void drop() {
        if (stream != null) {
            stream.call.cancel("not needed any more", null);
            stream = null;
        }
    }

    /** The stream at one agent. */
    private final class Stream extends ClientCall.Listener<KeepAliveResponse> {
        private final Endpoint endpoint;
        private final ClientCall<KeepAliveRequest, KeepAliveResponse> call;
        private Moment sent;
        private boolean asked;

        Stream(Endpoint endpoint) {
            this.endpoint = endpoint;
            this.call = endpoint.ready().newCall(SessionServiceGrpc.getKeepAliveMethod(), CallOptions.DEFAULT);
        }

        void begin() {
            call.start(this, new Metadata());
            // One more than is asked for: what comes unasked is the end.
            call.request(1);
            give();
        }

        private void give() {
            sent = Moment.now();
            asked = true;
            call.request(1);
            call.sendMessage(sign);
            timer = pool.schedule(this::leave, pace);
        }

        /** Goes on at the next agent. */
        private void leave() {
            timer.cancel(false);
            drop();
            next();
        }

        @Override
        public void onMessage(KeepAliveResponse answer) {
            if (stream != this) {
                return;
            }
            if (!asked) {
                leave();
                return;
            }
            asked = false;
            timer.cancel(false);
            heard.accept(sent);
            rotation.reset();
            timer = pool.schedule(this::give, pace);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (stream != this) {
                return;
            }
            Failure failure = new Failure(endpoint.name(), status, trailers);
            if (failure.isFinal()) {
                timer.cancel(false);
                stream = null;
                over.accept(failure.refused());
            } else {
                leave();
            }
        }
    }
}
