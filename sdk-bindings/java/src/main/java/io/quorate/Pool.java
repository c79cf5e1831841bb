package io.quorate;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.quorate.QuorateException.BadOptions;
import io.quorate.QuorateException.Closed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The endpoints of a client, the calls that go over all of them, and the one thread in which everything of the client
 * happens. Only the lookups of host names, which block, have threads of their own.
 */
final class Pool {
    private static final long LIMIT_SECONDS = 5;

    /** Something that ends when its client does. */
    interface Part {
        /** The client is closed; this is called in its thread. */
        void stop();
    }

    private final ClientOptions options;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Set<Thread> threads = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final NioEventLoopGroup loop = new NioEventLoopGroup(1, daemon("quorate client"));
    private final ExecutorService lookups = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), daemon("quorate lookup"));
    private final Set<Part> parts = ConcurrentHashMap.newKeySet();
    private volatile int preferred;
    private volatile boolean closed;

    Pool(ClientOptions options) {
        this.options = options;
        try {
            ChannelCredentials credentials = Endpoint.credentials(options);
            for (String name : options.endpoints()) {
                endpoints.add(Endpoint.open(name, options, credentials, loop, lookups));
            }
        } catch (BadOptions bad) {
            close();
            throw bad;
        }
    }

    private ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        };
    }

    ClientOptions options() {
        return options;
    }

    Endpoint endpoint(int index) {
        return endpoints.get(index);
    }

    /** The endpoint that answered last. */
    int preferred() {
        return preferred;
    }

    /** This one has answered. */
    void prefer(int index) {
        preferred = index;
    }

    /** Has something done in the client's thread; false when the client is closed. */
    boolean execute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException over) {
            return false;
        }
    }

    /** Has something done in the client's thread after so many nanoseconds. */
    ScheduledFuture<?> schedule(Runnable task, long nanos) {
        return loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Takes in something that begins, in the client's thread.
     *
     * @param start what it begins with
     */
    void add(Part part, Runnable start) {
        parts.add(part);
        boolean begun = execute(() -> {
            if (closed) {
                part.stop();
            } else {
                start.run();
            }
        });
        if (!begun) {
            part.stop();
        }
    }

    /** It has ended. */
    void remove(Part part) {
        parts.remove(part);
    }

    /** Makes a call, at one endpoint after the other until one answers or the time is up. */
    <T> CompletableFuture<T> call(
            Function<Stubs, ListenableFuture<T>> invoke, Duration limit, boolean share, boolean repeat) {
        return new Call<>(this, new Plan(options, preferred, limit, share, repeat), invoke).start();
    }

    /** A call that is safe to repeat and does not wait for others. */
    <T> CompletableFuture<T> ask(Function<Stubs, ListenableFuture<T>> invoke) {
        return call(invoke, options.callTimeout(), true, true);
    }

    /** A call that is safe to repeat and waits for what others do, as long as it takes without {@code timeout}. */
    <T> CompletableFuture<T> await(Function<Stubs, ListenableFuture<T>> invoke, Duration timeout) {
        return call(invoke, timeout, false, true);
    }

    /** Ends all connections, and everything that is under way; returns when no thread is left. */
    void close() {
        closed = true;
        execute(() -> parts.forEach(Part::stop));
        endpoints.forEach(endpoint -> endpoint.channel().shutdownNow());
        lookups.shutdownNow();
        try {
            for (Endpoint endpoint : endpoints) {
                endpoint.channel().awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
            loop.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS);
            for (Thread thread : Set.copyOf(threads)) {
                thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            loop.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** One call: the attempts of a plan, one after the other. */
    private static final class Call<T> implements Part {
        private final Pool pool;
        private final Plan plan;
        private final Function<Stubs, ListenableFuture<T>> invoke;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private Future<?> pending;

        Call(Pool pool, Plan plan, Function<Stubs, ListenableFuture<T>> invoke) {
            this.pool = pool;
            this.plan = plan;
            this.invoke = invoke;
        }

        CompletableFuture<T> start() {
            result.whenComplete((answer, error) -> pool.execute(this::end));
            pool.add(this, this::step);
            return result;
        }

        @Override
        public void stop() {
            result.completeExceptionally(new Closed());
        }

        private void end() {
            pool.remove(this);
            if (pending != null) {
                pending.cancel(true);
            }
        }

        private void step() {
            if (result.isDone()) {
                return;
            }
            try {
                Plan.Attempt attempt = plan.step();
                if (attempt.pause() > 0) {
                    pending = pool.schedule(() -> attempt(attempt), attempt.pause());
                } else {
                    attempt(attempt);
                }
            } catch (QuorateException failed) {
                result.completeExceptionally(failed);
            }
        }

        private void attempt(Plan.Attempt attempt) {
            if (result.isDone()) {
                return;
            }
            Endpoint endpoint = pool.endpoint(attempt.index());
            try {
                ListenableFuture<T> asked =
                        invoke.apply(new Stubs(endpoint.name(), endpoint.ready(), attempt.timeout()));
                pending = asked;
                asked.addListener(() -> answered(attempt.index(), asked), pool.loop);
            } catch (RuntimeException failed) {
                result.completeExceptionally(failed);
            }
        }

        private void answered(int index, ListenableFuture<T> asked) {
            try {
                T answer = Futures.now(asked);
                pool.prefer(index);
                result.complete(answer);
            } catch (StatusRuntimeException error) {
                failed(new Failure(pool.endpoint(index).name(), error.getStatus(), error.getTrailers()));
            } catch (RuntimeException error) {
                result.completeExceptionally(error);
            }
        }

        private void failed(Failure failure) {
            try {
                plan.failed(failure);
                step();
            } catch (QuorateException known) {
                result.completeExceptionally(known);
            }
        }
    }
}
