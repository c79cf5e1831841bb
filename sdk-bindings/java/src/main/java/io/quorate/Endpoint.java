package io.quorate;

import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.quorate.QuorateException.BadOptions;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** An endpoint and the channel to it, which connects when it is first used. */
record Endpoint(String name, ManagedChannel channel) {
    private static final String VERSION = "0.1.0";

    static Endpoint open(
            String name, ClientOptions options, ChannelCredentials credentials, EventLoopGroup loop, Executor lookups) {
        try {
            NettyChannelBuilder builder = builder(name, options, credentials)
                    .eventLoopGroup(loop)
                    .executor(loop)
                    .offloadExecutor(lookups);
            options.tls().flatMap(TlsOptions::serverName).ifPresent(builder::overrideAuthority);
            return new Endpoint(name, builder.build());
        } catch (IllegalArgumentException bad) {
            throw new BadOptions("TLS cannot be set up: " + bad.getMessage(), bad);
        }
    }

    private static NettyChannelBuilder builder(String name, ClientOptions options, ChannelCredentials credentials) {
        return NettyChannelBuilder.forTarget("dns:///" + name, credentials)
                .channelType(NioSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        options.connectTimeout().toMillis())
                .userAgent("quorate-java/" + VERSION)
                .maxInboundMessageSize(options.maxMessageSize())
                .keepAliveTime(Spans.nanos(options.keepAliveInterval()), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(Spans.nanos(options.keepAliveTimeout()), TimeUnit.NANOSECONDS)
                .keepAliveWithoutCalls(true)
                .proxyDetector(address -> null)
                .disableServiceConfigLookUp()
                .disableRetry();
    }

    /**
     * Whom to trust, and what to show.
     *
     * @throws BadOptions a file cannot be read, or one of the two files of a certificate is missing
     */
    static ChannelCredentials credentials(ClientOptions options) {
        if (options.tls().isEmpty()) {
            return InsecureChannelCredentials.create();
        }
        TlsOptions tls = options.tls().get();
        if (tls.certificate().isPresent() != tls.key().isPresent()) {
            throw new BadOptions("a certificate needs its key, and a key its certificate");
        }
        TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
        try {
            builder.trustManager(tls.ca().toFile());
            if (tls.certificate().isPresent()) {
                builder.keyManager(
                        tls.certificate().get().toFile(),
                        tls.key().orElseThrow().toFile());
            }
        } catch (IOException unreadable) {
            throw new BadOptions("cannot read " + unreadable.getMessage(), unreadable);
        }
        return builder.build();
    }

    /** The channel, which tries at once to connect when it failed to before: whoever calls knows how long to pause. */
    ManagedChannel ready() {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.enterIdle();
        }
        return channel;
    }
}
