package io.quorate;

import io.quorate.QuorateException.Interrupted;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;

/** Between the client's thread and those of its users. */
final class Futures {
    /** Where users' code runs: it may block, which the client's thread must not. */
    static final Executor USERS = ForkJoinPool.commonPool();

    private Futures() {}

    /** What comes of an answer. */
    interface Outcome<R, T> {
        /** It came: what to tell the user. */
        T answered(R answer);

        /** There is none: what to tell the user instead of the error. */
        default Optional<T> failed(Throwable error) {
            return Optional.empty();
        }

        /** The user did not wait for what was to be told. */
        default void unwanted(T result) {}
    }

    private static final class Outward<T> extends CompletableFuture<T> {
        /** Whether a blocking method waits for it: then it has no continuations, which would have to run in {@link #USERS}. */
        private volatile boolean awaited;
    }

    /** A future for users: its continuations run in {@link #USERS}, and to cancel it cancels the call. */
    static <R, T> CompletableFuture<T> outward(CompletableFuture<R> inner, Outcome<R, T> outcome) {
        Outward<T> outer = new Outward<>();
        inner.whenComplete((answer, error) -> {
            Executor teller = outer.awaited ? Runnable::run : USERS;
            teller.execute(() -> tell(outer, answer, error, outcome));
        });
        outer.whenComplete((result, error) -> {
            if (error != null) {
                inner.cancel(false);
            }
        });
        return outer;
    }

    private static <R, T> void tell(CompletableFuture<T> outer, R answer, Throwable error, Outcome<R, T> outcome) {
        if (error != null) {
            outcome.failed(error).ifPresentOrElse(outer::complete, () -> outer.completeExceptionally(error));
            return;
        }
        T result;
        try {
            result = outcome.answered(answer);
        } catch (RuntimeException fault) {
            outer.completeExceptionally(fault);
            return;
        }
        if (!outer.complete(result)) {
            outcome.unwanted(result);
        }
    }

    /** Waits for what comes of a call; the call is cancelled when the thread is interrupted. */
    static <T> T await(CompletableFuture<T> future) {
        if (future instanceof Outward<T> outward) {
            outward.awaited = true;
        }
        try {
            return future.get();
        } catch (InterruptedException interrupted) {
            future.cancel(false);
            Thread.currentThread().interrupt();
            throw new Interrupted(interrupted);
        } catch (ExecutionException failed) {
            throw raised(failed.getCause());
        }
    }

    /** The result of a future that is done. */
    static <T> T now(Future<T> done) {
        try {
            return done.get();
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        } catch (ExecutionException failed) {
            throw raised(failed.getCause());
        }
    }

    private static RuntimeException raised(Throwable error) {
        if (error instanceof QuorateException known) {
            // Who reads the trace wants to see the call, not the client's thread.
            known.fillInStackTrace();
            return known;
        }
        return error instanceof RuntimeException other ? other : new CompletionException(error);
    }
}
