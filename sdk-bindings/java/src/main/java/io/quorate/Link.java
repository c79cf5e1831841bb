package io.quorate;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.quorate.QuorateException.Closed;
import io.quorate.v1.ParticipateRequest;
import io.quorate.v1.ParticipateResponse;
import io.quorate.v1.Phase;
import io.quorate.v1.PhaseDone;
import io.quorate.v1.PhaseOrder;
import io.quorate.v1.RecoveryServiceGrpc;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The way to the agents of a program that takes part: at one after the other, until that is of no use. Hands on what
 * they tell. Lives in the client's thread.
 */
final class Link implements Pool.Part {
    private final Pool pool;
    private final Work work;
    private final ParticipateRequest introduction;
    private final long idle;
    private final Rotation rotation;
    private Future<?> timer = CompletableFuture.completedFuture(null);
    private Stream stream;
    private boolean over;

    Link(Pool pool, ParticipantOptions options, Work work) {
        this.pool = pool;
        this.work = work;
        this.introduction = options.introduction();
        this.idle = Spans.nanos(options.idleTimeout());
        this.rotation = new Rotation(pool.options().endpoints().size(), pool.preferred());
    }

    void start() {
        Rotation.Step step = rotation.step();
        timer = pool.schedule(() -> open(step.index()), step.pause());
    }

    /** The client is closed: there will be no agent any more. */
    @Override
    public void stop() {
        if (over) {
            return;
        }
        boolean told = stream != null && stream.heard;
        finish();
        if (told) {
            work.tell(Work.Order.GONE);
        }
        work.end(new Closed());
    }

    /** The program takes part no more. */
    void leave() {
        if (!over) {
            finish();
            work.leave(new Closed("it takes part no more"));
        }
    }

    private void finish() {
        over = true;
        drop();
        pool.remove(this);
    }

    private void drop() {
        timer.cancel(false);
        if (stream != null) {
            stream.call.cancel("not needed any more", null);
            stream = null;
        }
    }

    private void open(int index) {
        stream = new Stream(index);
        stream.begin();
    }

    /** Goes on at the next agent, unless that would say the same. */
    private void failed(Stream at, Failure failure) {
        drop();
        work.notice(new Notice.Away(failure.tried()));
        if (at.heard) {
            work.tell(Work.Order.GONE);
        }
        if (failure.isFinal()) {
            finish();
            work.end(failure.refused());
            return;
        }
        if (at.heard && System.nanoTime() - at.opened >= Resume.GOOD_AFTER) {
            rotation.reset();
        }
        start();
    }

    /** The stream at one agent. */
    private final class Stream extends ClientCall.Listener<ParticipateResponse> {
        private final int index;
        private final Endpoint endpoint;
        private final ClientCall<ParticipateRequest, ParticipateResponse> call;
        private final long opened = System.nanoTime();
        private boolean heard;

        Stream(int index) {
            this.index = index;
            this.endpoint = pool.endpoint(index);
            this.call = endpoint.ready().newCall(RecoveryServiceGrpc.getParticipateMethod(), CallOptions.DEFAULT);
        }

        void begin() {
            call.start(this, new Metadata());
            call.request(1);
            call.sendMessage(introduction);
            await(Spans.nanos(pool.options().callTimeout()));
        }

        /** The agent is gone when nothing comes from it for so long. */
        private void await(long nanos) {
            timer.cancel(false);
            timer = pool.schedule(() -> onClose(Status.CANCELLED, null), nanos);
        }

        @Override
        public void onHeaders(Metadata headers) {
            if (stream == this) {
                await(idle);
            }
        }

        @Override
        public void onMessage(ParticipateResponse told) {
            if (stream != this) {
                return;
            }
            await(idle);
            call.request(1);
            if (!heard) {
                heard = true;
                pool.prefer(index);
                work.notice(new Notice.Joined(endpoint.name()));
            }
            switch (told.getMessageCase()) {
                case ORDER -> hand(told.getOrder());
                case ISOLATED ->
                    work.notice(new Notice.Isolated(told.getIsolated().getPhase()));
                default -> {}
            }
        }

        private void hand(PhaseOrder order) {
            Phase phase = order.getPhase();
            // A phase of a later version cannot be done, so it is not acknowledged.
            if (phase != Phase.PHASE_UNSPECIFIED && phase != Phase.UNRECOGNIZED) {
                PhaseDone done = PhaseDone.newBuilder()
                        .setEpoch(order.getEpoch())
                        .setPhase(phase)
                        .build();
                work.tell(new Work.Order(phase, OptionalLong.of(order.getEpoch()), () -> acknowledge(done)));
            }
        }

        /** An agent that has gone is not told. */
        private void acknowledge(PhaseDone done) {
            pool.execute(() -> {
                if (stream == this) {
                    call.sendMessage(
                            ParticipateRequest.newBuilder().setDone(done).build());
                }
            });
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (stream == this) {
                Status why = status.isOk() ? Status.UNAVAILABLE.withDescription("the stream was ended") : status;
                failed(this, new Failure(endpoint.name(), why, trailers));
            }
        }
    }
}
