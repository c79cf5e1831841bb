package io.quorate;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.quorate.QuorateException.Answer;
import io.quorate.QuorateException.Refused;
import io.quorate.QuorateException.Tried;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;

/** An attempt that failed at one endpoint, and what that means. */
final class Failure {
    private static final String DOMAIN = "quorate.v1";
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final Set<Status.Code> FINAL = EnumSet.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.NOT_FOUND,
            Status.Code.ALREADY_EXISTS,
            Status.Code.FAILED_PRECONDITION,
            Status.Code.OUT_OF_RANGE,
            Status.Code.PERMISSION_DENIED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.UNIMPLEMENTED);
    private static final Set<Status.Code> SILENCE = EnumSet.of(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);

    private final Answer answer;
    private final boolean connected;

    Failure(String endpoint, Status status, Metadata trailers) {
        Optional<ErrorInfo> info = errorInfo(trailers);
        answer = new Answer(
                endpoint,
                status.getCode(),
                message(status),
                info.map(ErrorInfo::getReason),
                info.map(ErrorInfo::getMetadataMap).orElse(Map.of()));
        connected = !failedToConnect(status.getCause());
    }

    /** Where it was. */
    String endpoint() {
        return answer.endpoint();
    }

    /** Whether nothing came in the time that the attempt had. An agent that notices that first says CANCELLED. */
    boolean isSilence() {
        return SILENCE.contains(answer.code()) && answer.reason().isEmpty();
    }

    /** Whether another agent, or the same one a little later, may well answer. */
    boolean mayPass() {
        return answer.code() == Status.Code.UNAVAILABLE || isSilence();
    }

    /** Whether every agent would say the same, now and later. */
    boolean isFinal() {
        return FINAL.contains(answer.code());
    }

    /** Whether the request may have reached an agent that did not refuse it. */
    boolean wasSent() {
        return answer.reason().isEmpty() && connected;
    }

    /** The error for the caller. */
    Refused refused() {
        return Refused.of(answer);
    }

    /** What is said of the endpoint when none could serve the call. */
    Tried tried() {
        return new Tried(answer.endpoint(), isSilence() ? "silent" : answer.message(), answer.reason(), isSilence());
    }

    /** What is said of it, and what it comes from at last; without the library's own notes on further lines. */
    private static String message(Status status) {
        String text = Optional.ofNullable(status.getDescription()).orElse("");
        Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause == null || cause.getMessage() == null) {
            return text;
        }
        return text.lines().findFirst().orElse("") + ": " + cause.getMessage();
    }

    private static boolean failedToConnect(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof ConnectException
                    || each instanceof NoRouteToHostException
                    || each instanceof UnknownHostException
                    || each instanceof SSLHandshakeException) {
                return true;
            }
        }
        return false;
    }

    private static Optional<ErrorInfo> errorInfo(Metadata trailers) {
        byte[] details = trailers == null ? null : trailers.get(DETAILS);
        if (details == null) {
            return Optional.empty();
        }
        try {
            for (Any detail : com.google.rpc.Status.parseFrom(details).getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    ErrorInfo info = detail.unpack(ErrorInfo.class);
                    if (info.getDomain().equals(DOMAIN)) {
                        return Optional.of(info);
                    }
                }
            }
        } catch (InvalidProtocolBufferException notOurs) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
