package io.quorate;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.quorate.v1.AdminServiceGrpc;
import io.quorate.v1.AdminServiceGrpc.AdminServiceFutureStub;
import io.quorate.v1.BarrierServiceGrpc;
import io.quorate.v1.BarrierServiceGrpc.BarrierServiceFutureStub;
import io.quorate.v1.ElectionServiceGrpc;
import io.quorate.v1.ElectionServiceGrpc.ElectionServiceFutureStub;
import io.quorate.v1.EventServiceGrpc;
import io.quorate.v1.EventServiceGrpc.EventServiceFutureStub;
import io.quorate.v1.LockServiceGrpc;
import io.quorate.v1.LockServiceGrpc.LockServiceFutureStub;
import io.quorate.v1.MembershipServiceGrpc;
import io.quorate.v1.MembershipServiceGrpc.MembershipServiceFutureStub;
import io.quorate.v1.NameServiceGrpc;
import io.quorate.v1.NameServiceGrpc.NameServiceFutureStub;
import io.quorate.v1.QuorumServiceGrpc;
import io.quorate.v1.QuorumServiceGrpc.QuorumServiceFutureStub;
import io.quorate.v1.RecoveryServiceGrpc;
import io.quorate.v1.RecoveryServiceGrpc.RecoveryServiceFutureStub;
import io.quorate.v1.SessionServiceGrpc;
import io.quorate.v1.SessionServiceGrpc.SessionServiceFutureStub;
import java.util.concurrent.TimeUnit;

/**
 * The generated stubs of one endpoint for one attempt of a {@link Client#call}; their calls have the attempt's
 * deadline.
 */
public final class Stubs {
    private final String endpoint;
    private final Channel channel;

    Stubs(String endpoint, Channel channel, long timeout) {
        this.endpoint = endpoint;
        this.channel = timeout == Plan.ENDLESS
                ? channel
                : ClientInterceptors.intercept(channel, new Limit(Deadline.after(timeout, TimeUnit.NANOSECONDS)));
    }

    /** {@return the endpoint, as {@code host:port}} */
    public String endpoint() {
        return endpoint;
    }

    /** {@return the channel, for stubs that are not listed here; calls over it have the attempt's deadline} */
    public Channel channel() {
        return channel;
    }

    /** {@return agents and their settings} */
    public AdminServiceFutureStub admin() {
        return AdminServiceGrpc.newFutureStub(channel);
    }

    /** {@return barriers} */
    public BarrierServiceFutureStub barriers() {
        return BarrierServiceGrpc.newFutureStub(channel);
    }

    /** {@return elections} */
    public ElectionServiceFutureStub elections() {
        return ElectionServiceGrpc.newFutureStub(channel);
    }

    /** {@return events} */
    public EventServiceFutureStub events() {
        return EventServiceGrpc.newFutureStub(channel);
    }

    /** {@return locks} */
    public LockServiceFutureStub locks() {
        return LockServiceGrpc.newFutureStub(channel);
    }

    /** {@return membership} */
    public MembershipServiceFutureStub membership() {
        return MembershipServiceGrpc.newFutureStub(channel);
    }

    /** {@return names} */
    public NameServiceFutureStub names() {
        return NameServiceGrpc.newFutureStub(channel);
    }

    /** {@return quorum} */
    public QuorumServiceFutureStub quorum() {
        return QuorumServiceGrpc.newFutureStub(channel);
    }

    /** {@return services and their recovery} */
    public RecoveryServiceFutureStub recovery() {
        return RecoveryServiceGrpc.newFutureStub(channel);
    }

    /** {@return sessions} */
    public SessionServiceFutureStub sessions() {
        return SessionServiceGrpc.newFutureStub(channel);
    }

    /** Gives each call the attempt's deadline. */
    private record Limit(Deadline deadline) implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions given, Channel next) {
            return next.newCall(method, given.withDeadline(deadline));
        }
    }
}
