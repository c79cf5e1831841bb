package io.quorate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.quorate.QuorateException.BadCursor;
import io.quorate.QuorateException.BadOptions;
import io.quorate.QuorateException.ConnectionLost;
import io.quorate.QuorateException.DeadlineExceeded;
import io.quorate.QuorateException.NameHeld;
import io.quorate.QuorateException.Refused;
import io.quorate.QuorateException.Tried;
import io.quorate.QuorateException.Unavailable;
import io.quorate.v1.BarrierPlan;
import io.quorate.v1.DeparturePolicy;
import io.quorate.v1.ErrorReason;
import io.quorate.v1.NameMode;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no agents: which endpoint comes next, which failure ends a call, what options say. */
final class PureTest {
    private static final Duration FIVE = Duration.ofSeconds(5);

    private static Failure answered(String endpoint, Status.Code code, String message, String reason, String domain) {
        ErrorInfo info = ErrorInfo.newBuilder()
                .setReason(reason)
                .setDomain(domain)
                .putMetadata("session_id", "1-2")
                .build();
        com.google.rpc.Status status =
                com.google.rpc.Status.newBuilder().addDetails(Any.pack(info)).build();
        Metadata trailers = new Metadata();
        trailers.put(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER), status.toByteArray());
        return new Failure(endpoint, code.toStatus().withDescription(message), trailers);
    }

    private static Failure refused(String reason) {
        return answered("n1:1", Status.Code.FAILED_PRECONDITION, "held", reason, "quorate.v1");
    }

    private static Failure later(String endpoint) {
        return answered(endpoint, Status.Code.UNAVAILABLE, "nobody leads", "NOT_SERVED", "quorate.v1");
    }

    private static ClientOptions options(String... endpoints) {
        return ClientOptions.builder(endpoints).build();
    }

    @Test
    void everyReasonOfTheSchemaHasAClass() {
        for (ErrorReason value : ErrorReason.values()) {
            String reason = value.name().replace("ERROR_REASON_", "");
            boolean known = value != ErrorReason.UNRECOGNIZED && value != ErrorReason.ERROR_REASON_UNSPECIFIED;
            assertEquals(known, refused(reason).refused().getClass() != Refused.class, reason);
        }
    }

    @Test
    void aReasonBecomesItsClassAndOneThatIsNotKnownTheBase() {
        Refused held = assertInstanceOf(NameHeld.class, refused("NAME_HELD").refused());
        assertEquals(Optional.of("NAME_HELD"), held.reason());
        assertEquals("1-2", held.metadata().get("session_id"));
        assertEquals("held (NAME_HELD)", held.getMessage());
        Refused newer = refused("NEWER").refused();
        assertEquals(Refused.class, newer.getClass());
        assertEquals(Optional.of("NEWER"), newer.reason());
        Refused other = answered("n1:1", Status.Code.FAILED_PRECONDITION, "?", "NAME_HELD", "example.com")
                .refused();
        assertEquals(Refused.class, other.getClass());
        assertEquals(Optional.empty(), other.reason(), "only our own domain counts");
    }

    @Test
    void pausesComeBetweenRoundsOnlyAndGrow() {
        Rotation rotation = new Rotation(2, 1);
        List<Rotation.Step> steps = Stream.generate(rotation::step).limit(6).toList();
        assertEquals(
                List.of(1, 0, 1, 0, 1, 0),
                steps.stream().map(Rotation.Step::index).toList());
        assertEquals(
                List.of(0, 0, 1, 1, 2, 2),
                steps.stream().map(Rotation.Step::roundsDone).toList());
        assertEquals(
                List.of(false, false, true, false, true, false),
                steps.stream().map(step -> step.pause() > 0).toList());
        assertTrue(IntStream.range(0, 1000).allMatch(number -> rotation.step().pause() <= 4_000_000_000L));
        rotation.reset();
        assertEquals(0, rotation.step().pause());
    }

    @Test
    void aCallGoesToTheNextEndpointUntilTheRoundsAreOver() {
        ClientOptions options = ClientOptions.builder("n1:1", "n2:1").rounds(2).build();
        Plan call = new Plan(options, 1, FIVE, true, true);
        for (int index : List.of(1, 0, 1, 0)) {
            assertEquals(index, call.step().index());
            call.failed(later("n" + (index + 1) + ":1"));
        }
        Unavailable caught = assertThrows(Unavailable.class, call::step);
        assertEquals(
                List.of("n2:1", "n1:1"),
                caught.tried().stream().map(Tried::endpoint).toList());
        assertEquals(Optional.of("NOT_SERVED"), caught.reason());
    }

    @Test
    void anAnswerThatAllWouldGiveEndsTheCall() {
        Plan call = new Plan(options("n1:1", "n2:1"), 0, FIVE, true, true);
        assertThrows(NameHeld.class, () -> call.failed(refused("NAME_HELD")));
    }

    @Test
    void whatMayHaveBeenCarriedOutIsNotRepeatedWhereThatIsNotSafe() {
        Plan call = new Plan(options("n1:1"), 0, FIVE, true, false);
        Status closed = Status.UNAVAILABLE.withDescription("io exception");
        call.failed(new Failure("n1:1", closed.withCause(new ConnectException("Connection refused")), null));
        call.failed(later("n1:1"));
        assertThrows(ConnectionLost.class, () -> call.failed(new Failure("n1:1", closed, null)));
    }

    @Test
    void aDeadlineIsToldFromAnOutage() {
        ClientOptions options = ClientOptions.builder("n1:1").rounds(1).build();
        Plan call = new Plan(options, 0, Duration.ZERO, true, true);
        assertEquals(
                "no answer within 0 s: none was tried",
                assertThrows(DeadlineExceeded.class, call::step).getMessage());
        Plan endless = new Plan(options, 0, null, true, true);
        for (int attempt = 0; attempt < 5; attempt++) {
            assertEquals(Plan.ENDLESS, endless.step().timeout());
            endless.failed(later("n1:1"));
        }
    }

    @Test
    void endpointsShareTheTimeOfACall() {
        long share = new Plan(options("n1:1", "n2:1"), 0, Duration.ofSeconds(6), true, true)
                .step()
                .timeout();
        assertEquals(3_000_000_000L, share);
        assertEquals(2, options("a:1", "b:1", "c:1", "d:1").share(6));
        ClientOptions one = ClientOptions.builder("n1:1")
                .attemptTimeout(Duration.ofSeconds(1))
                .build();
        assertEquals(1_000_000_000L, one.share(6_000_000_000L));
    }

    @Test
    void aWatchGoesOnAfterItsLastMessage() {
        Resume watch = new Resume(2, 0, "", null);
        assertEquals(0, watch.step().index());
        watch.opened();
        watch.received("c1");
        watch.received("");
        assertEquals("c1", watch.cursor(), "a part of a snapshot has no cursor");
        watch.failed(later("n1:1"));
        assertEquals(1, watch.step().index());
        Failure bad = answered("n1:1", Status.Code.INVALID_ARGUMENT, "?", "BAD_CURSOR", "quorate.v1");
        assertThrows(BadCursor.class, () -> watch.failed(bad));
    }

    @Test
    void aWatchGivesUpWhenItWasToldTo() {
        Resume watch = new Resume(1, 0, "", Duration.ZERO);
        watch.step();
        watch.failed(later("n1:1"));
        assertThrows(Unavailable.class, watch::step);
    }

    @Test
    void timeNeverSeemsShorterThanItWas() {
        Moment then = new Moment(5_000_000_000L, 1_000_000);
        assertEquals(2_000_000_000L, new Moment(7_000_000_000L, 1_001_000).since(then));
        assertEquals(60_000_000_000L, new Moment(7_000_000_000L, 1_060_000).since(then), "it was suspended");
        assertEquals(2_000_000_000L, new Moment(7_000_000_000L, 0).since(then), "the wall clock was put back");
    }

    @Test
    void optionsSayWhatIsAllowed() {
        Map<String, String> bad = Map.of(
                "n1", "the port is missing",
                ":7401", "the host is missing",
                "n1:0", "the port must be a number from 1 to 65535",
                "n1:70000", "the port must be a number from 1 to 65535",
                "::1:7401", "an IPv6 address needs brackets, as in [::1]:7401",
                "[n1]:7401", "not an IPv6 address in brackets",
                "n 1:1", "the host has characters that no host name has");
        bad.forEach((endpoint, why) -> assertEquals(
                "'" + endpoint + "' is no endpoint: " + why,
                assertThrows(BadOptions.class, () -> options(endpoint)).getMessage()));
        assertEquals(List.of("[::1]:7401"), options(" [::1]:7401").endpoints());
        ClientOptions.Builder none = ClientOptions.builder("n1:1").rounds(0);
        assertEquals(
                "rounds is 0, allowed is 1 to 100",
                assertThrows(BadOptions.class, none::build).getMessage());
        ClientOptions.Builder hasty = ClientOptions.builder("n1:1").connectTimeout(Duration.ofMillis(5));
        assertEquals(
                "connectTimeout is 0.005 s, allowed is 0.01 s to 60 s",
                assertThrows(BadOptions.class, hasty::build).getMessage());
        assertTrue(assertThrows(BadOptions.class, () -> options()).getMessage().startsWith("number of endpoints is 0"));
    }

    @Test
    void filesForTlsMustBeThereAndBePem(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), "no certificate");
        for (Path ca : List.of(file, folder.resolve("absent.pem"))) {
            TlsOptions tls = TlsOptions.builder(ca).build();
            ClientOptions options = ClientOptions.builder("n1:1").tls(tls).build();
            assertThrows(BadOptions.class, () -> new Client(options));
        }
        TlsOptions half = new TlsOptions(file, Optional.of(file), Optional.empty(), Optional.empty());
        ClientOptions options = ClientOptions.builder("n1:1").tls(half).build();
        assertThrows(BadOptions.class, () -> new Client(options));
    }

    @Test
    void wordsAreThoseOfTheSchema() {
        assertTrue(new Token(1, 9).compareTo(new Token(2, 0)) < 0);
        assertTrue(new Token(2, 0).compareTo(new Token(2, 1)) < 0);
        assertTrue(new Token(2, -1).compareTo(new Token(2, 1)) > 0, "they have no sign");
        assertEquals(new Token(3, 4), Token.of(new Token(3, 4).toProto()));
        assertEquals("3.4", new Token(3, 4).toString());
        assertEquals(Duration.ofMillis(1500), Spans.of(Spans.toProto(Duration.ofMillis(1500))));
        BarrierPlan plan = BarrierOptions.members(Map.of()).build().toProto();
        assertEquals(BarrierPlan.PartiesCase.MEMBERS, plan.getPartiesCase());
        assertEquals(DeparturePolicy.DEPARTURE_POLICY_ABORT, plan.getDeparture());
        assertFalse(plan.hasDeadline());
        LockOptions counted = LockOptions.builder().counted(3).build();
        assertEquals(NameMode.NAME_MODE_COUNTED, counted.claim("a").getMode());
        assertFalse(counted.claim("a").hasDelay());
    }
}
