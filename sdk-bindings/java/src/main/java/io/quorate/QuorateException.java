package io.quorate;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What can go wrong with a call, and whose fault it is: the base of all errors of this package.
 *
 * <p>What an agent refused is a {@link Refused}, of the class that belongs to the documented reason: catch {@link
 * NameHeld}, never match on a text.
 */
@SuppressWarnings("serial")
public class QuorateException extends RuntimeException {
    QuorateException(String text) {
        super(text);
    }

    QuorateException(String text, Throwable cause) {
        super(text, cause);
    }

    /** {@return the documented reason that an agent gave, such as {@code "NAME_HELD"}; empty when none did} */
    public Optional<String> reason() {
        return Optional.empty();
    }

    /** An option has a value that is not allowed. Nothing was sent; the caller has to change it. */
    public static final class BadOptions extends QuorateException {
        BadOptions(String text) {
            super(text);
        }

        BadOptions(String text, Throwable cause) {
            super(text, cause);
        }
    }

    /**
     * The client was closed before the call was answered. For a call that changes something it may have been carried
     * out.
     */
    public static final class Closed extends QuorateException {
        Closed() {
            this("the client is closed");
        }

        Closed(String text) {
            super(text);
        }
    }

    /**
     * The thread was interrupted while it waited; its interrupt status is set. The call was cancelled: for one that
     * changes something it is not known whether it was carried out.
     */
    public static final class Interrupted extends QuorateException {
        Interrupted(InterruptedException cause) {
            super("interrupted", cause);
        }
    }

    /**
     * An endpoint that was tried, and what went wrong there.
     *
     * @param endpoint the endpoint, as {@code host:port}
     * @param what what went wrong, for people
     * @param reason the documented reason, when an agent gave one
     * @param silent whether it took the request and did not answer in time
     */
    public record Tried(String endpoint, String what, Optional<String> reason, boolean silent) {
        @Override
        public String toString() {
            return endpoint + ": " + what;
        }
    }

    /** The base of the errors that say what was tried. */
    public abstract static class NotDone extends QuorateException {
        /** Each endpoint that was tried. */
        private final List<Tried> tried;

        private NotDone(String text, List<Tried> tried) {
            super(text + ": " + list(tried));
            this.tried = List.copyOf(tried);
        }

        private static String list(List<Tried> tried) {
            return tried.isEmpty()
                    ? "none was tried"
                    : tried.stream().map(Tried::toString).collect(Collectors.joining("; "));
        }

        /** {@return each endpoint that was tried, with what went wrong there last} */
        public List<Tried> tried() {
            return tried;
        }

        /** {@return the first documented reason that any agent gave; empty when none did} */
        @Override
        public Optional<String> reason() {
            return tried.stream().flatMap(one -> one.reason().stream()).findFirst();
        }
    }

    /**
     * No endpoint answered, or every one that did said that it cannot serve now.
     *
     * <p>For a call that changes something, an attempt whose connection was lost may have been carried out.
     */
    public static final class Unavailable extends NotDone {
        Unavailable(List<Tried> tried) {
            super("no endpoint could serve the call", tried);
        }
    }

    /** The deadline passed. For a call that changes something it is not known whether it was carried out. */
    public static final class DeadlineExceeded extends NotDone {
        /** The deadline of the call. */
        private final Duration limit;

        DeadlineExceeded(Duration limit, List<Tried> tried) {
            super("no answer within " + Spans.text(limit), tried);
            this.limit = limit;
        }

        /** {@return the deadline of the call} */
        public Duration limit() {
            return limit;
        }
    }

    /** The connection failed in the middle of a call that may not be repeated: it may have been carried out or not. */
    public static final class ConnectionLost extends NotDone {
        ConnectionLost(Tried tried) {
            super("the call may have been carried out", List.of(tried));
        }
    }

    /** What an agent answered that refused a call; without a reason when it came from something in between. */
    record Answer(
            String endpoint, Status.Code code, String message, Optional<String> reason, Map<String, String> metadata) {
        private String text() {
            String text = message.isEmpty() ? code.toString() : message;
            return reason.map(known -> text + " (" + known + ")").orElse(text);
        }
    }

    /**
     * An agent's answer that it will not do what was asked. Nothing was changed, unless the method says so.
     *
     * <p>This class itself is thrown for a reason that this version does not know.
     */
    public static class Refused extends QuorateException {
        private static final Map<String, Function<Answer, Refused>> REASONS = Map.ofEntries(
                Map.entry("BAD_REQUEST", BadRequest::new),
                Map.entry("NODE_NOT_FOUND", NodeNotFound::new),
                Map.entry("NO_VIEW", NoView::new),
                Map.entry("STOPPING", Stopping::new),
                Map.entry("BAD_CURSOR", BadCursor::new),
                Map.entry("BAD_PAGE_TOKEN", BadPageToken::new),
                Map.entry("LIMIT_REACHED", LimitReached::new),
                Map.entry("EVICTION_STATE", EvictionState::new),
                Map.entry("VIEW_CHANGED", ViewChanged::new),
                Map.entry("INTERNAL", Internal::new),
                Map.entry("QUORUM_LOST", QuorumLost::new),
                Map.entry("OUTCOME_UNKNOWN", OutcomeUnknown::new),
                Map.entry("CLUSTER_STATE", ClusterState::new),
                Map.entry("BAD_BACKUP", BadBackup::new),
                Map.entry("CONFLICT", Conflict::new),
                Map.entry("NOT_SERVED", NotServed::new),
                Map.entry("SESSION_REQUIRED", SessionRequired::new),
                Map.entry("SESSION_UNKNOWN", SessionUnknown::new),
                Map.entry("SESSION_ENDED", SessionEnded::new),
                Map.entry("SESSION_LOST", SessionLost::new),
                Map.entry("SESSION_TOKEN_WRONG", SessionTokenWrong::new),
                Map.entry("NAME_HELD", NameHeld::new),
                Map.entry("NAME_DELAYED", NameDelayed::new),
                Map.entry("NAME_NOT_HELD", NameNotHeld::new),
                Map.entry("NAME_CHANGED", NameChanged::new),
                Map.entry("NAME_MISMATCH", NameMismatch::new),
                Map.entry("BARRIER_MISMATCH", BarrierMismatch::new),
                Map.entry("BARRIER_NOT_THERE", BarrierNotThere::new),
                Map.entry("BARRIER_BROKEN", BarrierBroken::new),
                Map.entry("REQUEST_ID_USED", RequestIdUsed::new),
                Map.entry("SERVICE_INVALID", ServiceInvalid::new),
                Map.entry("SERVICE_NOT_FOUND", ServiceNotFound::new),
                Map.entry("CANNOT_MOVE", CannotMove::new));

        /** What the agent answered. */
        private final Answer answer;

        private Refused(Answer answer) {
            super(answer.text());
            this.answer = answer;
        }

        static Refused of(Answer answer) {
            return REASONS.getOrDefault(answer.reason().orElse(""), Refused::new)
                    .apply(answer);
        }

        /** {@return the documented reason, such as {@code "NAME_HELD"}; empty when the answer is not an agent's} */
        @Override
        public Optional<String> reason() {
            return answer.reason();
        }

        /** {@return the endpoint that answered} */
        public String endpoint() {
            return answer.endpoint();
        }

        /** {@return the canonical gRPC code} */
        public Status.Code code() {
            return answer.code();
        }

        /** {@return what comes with the reason, such as {@code session_id} with {@code NAME_HELD}} */
        public Map<String, String> metadata() {
            return answer.metadata();
        }
    }

    /** A field of the request is missing, malformed or out of range. Do not retry. */
    public static final class BadRequest extends Refused {
        private BadRequest(Answer answer) {
            super(answer);
        }
    }

    /** The answering node knows no node of that name. */
    public static final class NodeNotFound extends Refused {
        private NodeNotFound(Answer answer) {
            super(answer);
        }
    }

    /** The answering node has had no view since it started. Retry, or ask another node. */
    public static final class NoView extends Refused {
        private NoView(Answer answer) {
            super(answer);
        }
    }

    /** The agent is stopping or leaving the cluster. Ask another node. */
    public static final class Stopping extends Refused {
        private Stopping(Answer answer) {
            super(answer);
        }
    }

    /** The cursor cannot be read, or belongs to another cluster. Start without one. */
    public static final class BadCursor extends Refused {
        private BadCursor(Answer answer) {
            super(answer);
        }
    }

    /** The page token cannot be read. Start again from the first page. */
    public static final class BadPageToken extends Refused {
        private BadPageToken(Answer answer) {
            super(answer);
        }
    }

    /** A limit of the agent was reached; the metadata {@code limit_of} names it. Retry with backoff. */
    public static final class LimitReached extends Refused {
        private LimitReached(Answer answer) {
            super(answer);
        }
    }

    /** The node is evicted already, or is not evicted. */
    public static final class EvictionState extends Refused {
        private EvictionState(Answer answer) {
            super(answer);
        }
    }

    /** The view changed before the call was done. Retry after reading the new view. */
    public static final class ViewChanged extends Refused {
        private ViewChanged(Answer answer) {
            super(answer);
        }
    }

    /** A fault of the agent itself; its log has more. */
    public static final class Internal extends Refused {
        private Internal(Answer answer) {
            super(answer);
        }
    }

    /** No leader of the cluster database could be reached. Nothing was changed. Retry when there is quorum. */
    public static final class QuorumLost extends Refused {
        private QuorumLost(Answer answer) {
            super(answer);
        }
    }

    /** The leader did not answer in time: the change may have been made or not. Retry, which is safe. */
    public static final class OutcomeUnknown extends Refused {
        private OutcomeUnknown(Answer answer) {
            super(answer);
        }
    }

    /** The state of the cluster does not allow it; the metadata {@code state} names it. Nothing was changed. */
    public static final class ClusterState extends Refused {
        private ClusterState(Answer answer) {
            super(answer);
        }
    }

    /** What was to be restored is no backup, is damaged, of a later version or of another cluster. */
    public static final class BadBackup extends Refused {
        private BadBackup(Answer answer) {
            super(answer);
        }
    }

    /** Somebody else did the same at the same time. Nothing was changed. Retry. */
    public static final class Conflict extends Refused {
        private Conflict(Answer answer) {
            super(answer);
        }
    }

    /** Nobody leads sessions, names and barriers for now. Nothing was changed. Retry, or ask another node. */
    public static final class NotServed extends Refused {
        private NotServed(Answer answer) {
            super(answer);
        }
    }

    /** The base of all that can be wrong with a session. */
    public abstract static class SessionError extends Refused {
        private SessionError(Answer answer) {
            super(answer);
        }
    }

    /** The call needs a session. */
    public static final class SessionRequired extends SessionError {
        private SessionRequired(Answer answer) {
            super(answer);
        }
    }

    /** There never was such a session in this cluster. */
    public static final class SessionUnknown extends SessionError {
        private SessionUnknown(Answer answer) {
            super(answer);
        }
    }

    /** The session is over: it was closed, or it expired. What it held is free. Open another one. */
    public static final class SessionEnded extends SessionError {
        private SessionEnded(Answer answer) {
            super(answer);
        }
    }

    /** The session was lost, with all it held, when a majority of the voters lost their memory. */
    public static final class SessionLost extends SessionError {
        private SessionLost(Answer answer) {
            super(answer);
        }
    }

    /** The text that should prove that the session is the caller's own is not that of the session. */
    public static final class SessionTokenWrong extends SessionError {
        private SessionTokenWrong(Answer answer) {
            super(answer);
        }
    }

    /** Somebody else holds the name; the metadata {@code session_id} says who. Nothing was changed. */
    public static final class NameHeld extends Refused {
        private NameHeld(Answer answer) {
            super(answer);
        }
    }

    /** The name is kept free for a while: its holder expired. Retry later, or queue. */
    public static final class NameDelayed extends Refused {
        private NameDelayed(Answer answer) {
            super(answer);
        }
    }

    /** The session does not hold the name, or not by that token. Nothing was changed. */
    public static final class NameNotHeld extends Refused {
        private NameNotHeld(Answer answer) {
            super(answer);
        }
    }

    /** The binding was last changed at another revision than expected. Nothing was changed. Read it and retry. */
    public static final class NameChanged extends Refused {
        private NameChanged(Answer answer) {
            super(answer);
        }
    }

    /** The name is used as something else, or in another mode. Nothing was changed. */
    public static final class NameMismatch extends Refused {
        private NameMismatch(Answer answer) {
            super(answer);
        }
    }

    /** Others who wait at the barrier say that it is something else. Nothing was changed. */
    public static final class BarrierMismatch extends Refused {
        private BarrierMismatch(Answer answer) {
            super(answer);
        }
    }

    /** Nobody is at the barrier, or the session is not. */
    public static final class BarrierNotThere extends Refused {
        private BarrierNotThere(Answer answer) {
            super(answer);
        }
    }

    /** The generation ended without passing: nobody passed. The metadata {@code why} says why. */
    public static final class BarrierBroken extends Refused {
        private BarrierBroken(Answer answer) {
            super(answer);
        }
    }

    /** The request id was used for another request. Nothing was changed. */
    public static final class RequestIdUsed extends Refused {
        private RequestIdUsed(Answer answer) {
            super(answer);
        }
    }

    /** Services cannot be defined so; the text says all that is wrong. Nothing was changed. */
    public static final class ServiceInvalid extends Refused {
        private ServiceInvalid(Answer answer) {
            super(answer);
        }
    }

    /** There is no service or instance of that name. Nothing was changed. */
    public static final class ServiceNotFound extends Refused {
        private ServiceNotFound(Answer answer) {
            super(answer);
        }
    }

    /** The instance cannot run on that node, or would not stay there. Nothing was changed. */
    public static final class CannotMove extends Refused {
        private CannotMove(Answer answer) {
            super(answer);
        }
    }
}
