import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.quorate.Client;
import io.quorate.Session;
import io.quorate.SessionOptions;
import io.quorate.Watch;
import io.quorate.WatchOptions;
import io.quorate.v1.GetQuorumRequest;
import io.quorate.v1.NameServiceGrpc;
import io.quorate.v1.NameServiceGrpc.NameServiceBlockingStub;
import io.quorate.v1.QuorumServiceGrpc;
import io.quorate.v1.QuorumServiceGrpc.QuorumServiceBlockingStub;
import io.quorate.v1.WatchNamesRequest;
import io.quorate.v1.WatchNamesResponse;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Measures what the SDK costs, per call and per watched event, beside the bare stub. It is given one endpoint, and prints
 * one line of JSON.
 */
final class Overhead {
    private static final int CALLS = 100;
    private static final int CALL_ROUNDS = 20;
    /** The agents' history keeps more changes than that. */
    private static final int CHANGES = 3000;

    private static final int CHANGE_ROUNDS = 20;
    /** So many rounds are not counted: the compiler is at work in them. */
    private static final int WARM_UP = 20;
    /** How many bindings are under way at once. */
    private static final int BINDING = 32;

    private final QuorumServiceBlockingStub quorum;
    private final NameServiceBlockingStub names;
    private final Client client;
    private final String prefix = "overhead/java-" + System.nanoTime() + "/";
    private String cursor;

    /** Does something so often, and gives the nanoseconds that all of it took. */
    private interface Way {
        long time(int times);
    }

    private Overhead(ManagedChannel channel, Client client) {
        this.client = client;
        quorum = QuorumServiceGrpc.newBlockingStub(channel);
        names = NameServiceGrpc.newBlockingStub(channel);
    }

    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("usage: Overhead HOST:PORT");
            System.exit(2);
        }
        NioEventLoopGroup loop = new NioEventLoopGroup(1);
        ManagedChannel channel = open(args[0], loop);
        try (Client client = new Client(List.of(args[0]))) {
            System.out.println(new Overhead(channel, client).measure());
        } finally {
            channel.shutdownNow();
            loop.shutdownGracefully();
        }
    }

    /** With the options of the SDK, and with one thread as it has. */
    private static ManagedChannel open(String endpoint, NioEventLoopGroup loop) {
        return NettyChannelBuilder.forTarget("dns:///" + endpoint, InsecureChannelCredentials.create())
                .eventLoopGroup(loop)
                .executor(loop)
                .channelType(NioSocketChannel.class)
                .maxInboundMessageSize(16 << 20)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .proxyDetector(address -> null)
                .disableServiceConfigLookUp()
                .disableRetry()
                .build();
    }

    private String measure() {
        String call = compare(this::callBare, this::callSdk, CALLS, CALL_ROUNDS);
        change();
        String event = compare(this::watchBare, this::watchSdk, CHANGES, CHANGE_ROUNDS);
        return String.format("{\"call\": %s, \"event\": %s}", call, event);
    }

    /** Goes both ways in turn; the medians over the rounds, in microseconds. */
    private static String compare(Way bare, Way sdk, int times, int rounds) {
        double[] bareTook = new double[rounds];
        double[] sdkTook = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            double bareNanos = bare.time(times);
            double sdkNanos = sdk.time(times);
            if (round >= 0) {
                bareTook[round] = bareNanos / 1000 / times;
                sdkTook[round] = sdkNanos / 1000 / times;
            }
        }
        return String.format(Locale.ROOT, "{\"bare_us\": %f, \"sdk_us\": %f}", median(bareTook), median(sdkTook));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    private long callBare(int times) {
        long begun = System.nanoTime();
        for (int call = 0; call < times; call++) {
            quorum.withDeadlineAfter(5, TimeUnit.SECONDS).getQuorum(GetQuorumRequest.getDefaultInstance());
        }
        return System.nanoTime() - begun;
    }

    private long callSdk(int times) {
        long begun = System.nanoTime();
        for (int call = 0; call < times; call++) {
            client.quorum().get();
        }
        return System.nanoTime() - begun;
    }

    /** Binds names again and again; the cursor from before that is the one to watch from. */
    private void change() {
        try (Watch<WatchNamesResponse> watch = client.names().watch(prefix);
                Session session = client.openSession(
                        SessionOptions.builder().label("overhead").build())) {
            watch.next();
            cursor = watch.cursor();
            CompletableFuture<?>[] binding = IntStream.range(0, BINDING)
                    .mapToObj(path ->
                            CompletableFuture.runAsync(() -> bind(session, path), task -> new Thread(task).start()))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(binding).join();
        }
    }

    private void bind(Session session, int path) {
        for (int value = path; value < CHANGES; value += BINDING) {
            session.bind(prefix + path, ByteString.copyFromUtf8(Integer.toString(value)));
        }
    }

    private long watchBare(int times) {
        WatchNamesRequest request = WatchNamesRequest.newBuilder()
                .setPrefix(prefix)
                .setCursor(cursor)
                .build();
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            Context before = context.attach();
            try {
                return read(names.watchNames(request), times);
            } finally {
                context.detach(before);
            }
        }
    }

    private long watchSdk(int times) {
        WatchOptions after = WatchOptions.builder().cursor(cursor).build();
        try (Watch<WatchNamesResponse> watch = client.names().watch(prefix, after)) {
            return read(watch, times);
        }
    }

    /** The time from the first change to the last one. */
    private static long read(Iterator<WatchNamesResponse> messages, int times) {
        long begun = 0;
        for (int seen = 0; seen < times; seen++) {
            WatchNamesResponse message = messages.next();
            if (!message.hasBound()) {
                throw new IllegalStateException("instead of a change came " + message);
            }
            if (seen == 0) {
                begun = System.nanoTime();
            }
        }
        return System.nanoTime() - begun;
    }
}
