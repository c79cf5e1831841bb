package io.quorate.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.quorate.Barrier;
import io.quorate.BarrierOptions;
import io.quorate.BindOptions;
import io.quorate.Client;
import io.quorate.Election;
import io.quorate.Lock;
import io.quorate.Loss;
import io.quorate.Participant;
import io.quorate.ParticipantOptions;
import io.quorate.Participation;
import io.quorate.QuorateException;
import io.quorate.QuorateException.BadCursor;
import io.quorate.QuorateException.BadRequest;
import io.quorate.QuorateException.BarrierBroken;
import io.quorate.QuorateException.Closed;
import io.quorate.QuorateException.DeadlineExceeded;
import io.quorate.QuorateException.Interrupted;
import io.quorate.QuorateException.NameChanged;
import io.quorate.QuorateException.NameNotHeld;
import io.quorate.QuorateException.NodeNotFound;
import io.quorate.QuorateException.SessionEnded;
import io.quorate.QuorateException.Tried;
import io.quorate.QuorateException.Unavailable;
import io.quorate.Session;
import io.quorate.SessionOptions;
import io.quorate.Token;
import io.quorate.Watch;
import io.quorate.WatchOptions;
import io.quorate.v1.Binding;
import io.quorate.v1.CloseSessionRequest;
import io.quorate.v1.EventKind;
import io.quorate.v1.GetQuorumResponse;
import io.quorate.v1.GetViewResponse;
import io.quorate.v1.ListSettingsRequest;
import io.quorate.v1.ListSettingsResponse;
import io.quorate.v1.Member;
import io.quorate.v1.Node;
import io.quorate.v1.ObserveLeaderResponse;
import io.quorate.v1.ParticipantStatus;
import io.quorate.v1.SnapshotReason;
import io.quorate.v1.WatchEventsResponse;
import io.quorate.v1.WatchMembershipResponse;
import io.quorate.v1.WatchNamesResponse;
import io.quorate.v1.WatchRecoveryResponse;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client with real agents, whose addresses are in QUORATE_ENDPOINTS. */
@Timeout(60)
final class ClusterTest {
    private static final List<String> ENDPOINTS =
            List.of(System.getenv("QUORATE_ENDPOINTS").split(","));
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);

    private static Client connected() {
        return new Client(ENDPOINTS);
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it takes too long");
            Thread.sleep(10);
        }
    }

    private static <T> T ahead(CompletableFuture<T> begun) {
        return begun.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    @AfterEach
    void noThreadIsLeft() {
        List<String> left = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("quorate ") || name.startsWith("grpc-"))
                .toList();
        assertEquals(List.of(), left);
    }

    @Test
    void reads() {
        try (Client client = connected()) {
            GetViewResponse view = client.membership().view();
            List<String> all = List.of("n1", "n2", "n3");
            assertEquals(
                    all,
                    view.getView().getMembersList().stream()
                            .map(Member::getNodeName)
                            .toList());
            assertEquals(
                    all,
                    client.membership().nodes().map(Node::getNodeName).sorted().toList());
            assertEquals("n2", client.membership().node("n2").getNodeName());
            NodeNotFound caught =
                    assertThrows(NodeNotFound.class, () -> client.membership().node("n9"));
            assertEquals(Optional.of("NODE_NOT_FOUND"), caught.reason());
            GetQuorumResponse quorum = client.quorum().get();
            assertTrue(quorum.getQuorum().getGranted());
            assertTrue(quorum.getQuorum().getEpoch() > 0);
            assertTrue(all.contains(client.agent().getHeader().getNodeName()));
            ListSettingsResponse settings =
                    client.call(stubs -> stubs.admin().listSettings(ListSettingsRequest.getDefaultInstance()));
            assertEquals(view.getHeader().getClusterId(), settings.getHeader().getClusterId());
        }
    }

    @Test
    void sessions() throws InterruptedException {
        try (Client client = connected()) {
            SessionOptions options = SessionOptions.builder()
                    .ttl(Duration.ofMillis(1500))
                    .label("kept")
                    .group("g")
                    .build();
            Session session = client.openSession(options);
            long opened = System.nanoTime();
            assertTrue(session.isValid());
            assertTrue(session.left().compareTo(options.ttl()) <= 0);
            io.quorate.v1.Session known = client.sessions().get(session.id());
            assertEquals("kept g", known.getLabel() + " " + known.getGroup());
            assertTrue(
                    client.sessions().list().anyMatch(one -> one.getSessionId().equals(session.id())));
            until(() -> {
                assertTrue(session.isValid(), "it is kept alive");
                return System.nanoTime() - opened > 3_000_000_000L;
            });
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            session.onLost(losses::add);
            Lock lock = session.lock("java/sessions");
            Token token = lock.acquire();
            String secret = session.detach();
            assertFalse(session.isValid(), "who has given it away may not act");
            try (Session again = client.resumeSession(secret)) {
                assertEquals(session.id(), again.id());
                assertEquals(token, again.lock("java/sessions").acquire(), "it still holds what it held");
            }
            assertTrue(losses.isEmpty(), "closing is no loss");
            assertThrows(SessionEnded.class, () -> client.resumeSession(secret));
            SessionOptions hasty =
                    SessionOptions.builder().ttl(Duration.ofMillis(100)).build();
            assertThrows(BadRequest.class, () -> client.openSession(hasty));
        }
    }

    @Test
    void lost() throws InterruptedException {
        try (Client client = connected();
                Client other = connected()) {
            // It is told of its end with the next sign of life.
            SessionOptions options =
                    SessionOptions.builder().ttl(Duration.ofSeconds(3)).build();
            Session session = client.openSession(options);
            BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
            session.onLost(losses::add);
            Lock lock = session.lock("java/lost");
            lock.acquire();
            assertEquals(
                    Optional.empty(), session.waitLost(Duration.ofMinutes(1)).error(), "that much was never left");
            CloseSessionRequest request =
                    CloseSessionRequest.newBuilder().setSession(session.token()).build();
            other.call(stubs -> stubs.sessions().closeSession(request));
            Loss loss = session.waitLost();
            assertInstanceOf(SessionEnded.class, loss.error().orElseThrow());
            assertFalse(session.isValid());
            assertFalse(lock.isValid());
            assertEquals(loss, losses.poll(LIMIT.toSeconds(), TimeUnit.SECONDS));
            assertThrows(SessionEnded.class, lock::release);
            session.close();
        }
    }

    @Test
    void locks() {
        try (Client client = connected();
                Session one = client.openSession();
                Session two = client.openSession()) {
            Lock other = two.lock("java/lock");
            Token first;
            CompletableFuture<Token> waiting;
            try (Lock lock = one.lock("java/lock")) {
                first = lock.acquire();
                assertTrue(lock.isValid());
                assertEquals(Optional.of(first), lock.token());
                assertEquals(Optional.empty(), other.tryAcquire());
                assertThrows(DeadlineExceeded.class, () -> other.acquire(SHORT));
                assertEquals(1, client.locks().get("java/lock").getWaiting(), "the place in the queue stays");
                waiting = other.acquireAsync(null);
                assertFalse(other.isValid());
            }
            assertTrue(ahead(waiting).compareTo(first) > 0);
            assertThrows(NameNotHeld.class, () -> one.lock("java/lock").release());
            other.release();
            assertThrows(IllegalStateException.class, () -> {
                try (Lock lock = one.lock("java/lock")) {
                    lock.acquire();
                    throw new IllegalStateException();
                }
            });
            assertTrue(other.tryAcquire().isPresent(), "an error releases it as well");
        }
    }

    @Test
    void aCallThatWaitsCanBeEnded() throws InterruptedException {
        try (Client client = connected();
                Session one = client.openSession();
                Session two = client.openSession();
                Lock held = one.lock("java/ended")) {
            held.acquire();
            Lock lock = two.lock("java/ended");
            CompletableFuture<Token> cancelled = lock.acquireAsync(null);
            until(() -> client.locks().get("java/ended").getWaiting() == 1);
            assertTrue(cancelled.cancel(true));
            Thread.currentThread().interrupt();
            assertThrows(Interrupted.class, lock::acquire);
            assertTrue(Thread.interrupted(), "it is still interrupted");
            lock.release();
            Client closing = connected();
            Session three = closing.openSession();
            CompletableFuture<Token> left = three.lock("java/ended").acquireAsync(null);
            until(() -> client.locks().get("java/ended").getWaiting() == 1);
            closing.close();
            CompletionException caught = assertThrows(CompletionException.class, () -> ahead(left));
            assertInstanceOf(Closed.class, caught.getCause());
            assertFalse(three.isValid());
            assertThrows(Closed.class, closing::agent);
            closing.close();
        }
    }

    @Test
    void elections() {
        try (Client client = connected();
                Session one = client.openSession();
                Session two = client.openSession()) {
            assertEquals(Optional.empty(), client.elections().leader("java/office"));
            CompletableFuture<Token> waiting;
            try (Watch<ObserveLeaderResponse> watch = client.elections().observe("java/office");
                    Election office = one.election("java/office", bytes("one"))) {
                office.campaign();
                assertTrue(office.isLeader());
                waiting = two.election("java/office", bytes("two")).campaignAsync(null);
                office.proclaim(bytes("still one"));
                assertEquals(bytes("still one"), leader(client));
                assertTrue(watch.next().getMessageCase() != ObserveLeaderResponse.MessageCase.MESSAGE_NOT_SET);
            }
            ahead(waiting);
            assertEquals(bytes("two"), leader(client));
        }
    }

    private static ByteString leader(Client client) {
        return client.elections().leader("java/office").orElseThrow().getValue();
    }

    @Test
    void barriers() throws InterruptedException {
        try (Client client = connected();
                Session one = client.openSession();
                Session two = client.openSession()) {
            BarrierOptions plan = BarrierOptions.count(2).doubled().build();
            Barrier gate = one.barrier("java/gate", plan);
            assertThrows(DeadlineExceeded.class, () -> gate.enter(SHORT));
            assertEquals(1, client.barriers().get("java/gate").getMissing());
            Barrier other = two.barrier("java/gate", plan);
            long generation = other.enter(LIMIT);
            assertEquals(generation, gate.enter(LIMIT), "the same call takes its place up again");
            CompletableFuture<Long> leaving = other.leaveAsync(null);
            assertEquals(generation, gate.leave(LIMIT));
            assertEquals(generation, ahead(leaving));
            CompletableFuture<Long> entering = gate.enterAsync(null);
            until(() -> client.barriers()
                    .list("java/")
                    .anyMatch(known -> known.getPath().equals("java/gate") && known.getArrivedSessionIdsCount() == 1));
            gate.abort("enough");
            CompletionException caught = assertThrows(CompletionException.class, () -> ahead(entering));
            BarrierBroken broken = assertInstanceOf(BarrierBroken.class, caught.getCause());
            assertEquals("aborted", broken.metadata().get("why"));
        }
    }

    @Test
    void names() {
        BindOptions free = BindOptions.builder().expectedRevision(0).build();
        try (Client client = connected();
                Session session = client.openSession()) {
            String cursor;
            long revision;
            try (Watch<WatchNamesResponse> watch = client.names().watch("java/names/")) {
                assertEquals(
                        SnapshotReason.SNAPSHOT_REASON_START,
                        watch.next(LIMIT).getSnapshot().getReason());
                assertThrows(DeadlineExceeded.class, () -> watch.next(Duration.ZERO));
                revision = session.bind("java/names/a", bytes("1"), free).getModifiedRevision();
                Binding bound = watch.next(LIMIT).getBound();
                assertEquals("java/names/a", bound.getPath());
                assertEquals(bytes("1"), bound.getValue());
                cursor = watch.cursor();
                watch.close();
                assertFalse(watch.hasNext());
                assertThrows(NoSuchElementException.class, watch::next);
            }
            assertThrows(NameChanged.class, () -> session.bind("java/names/a", bytes("2"), free));
            session.bind(
                    "java/names/a",
                    bytes("2"),
                    BindOptions.builder().expectedRevision(revision).build());
            List<Binding> found = client.names().get("java/names/a");
            assertEquals(
                    List.of(bytes("2")), found.stream().map(Binding::getValue).toList());
            session.unbind("java/names/a");
            WatchOptions after = WatchOptions.builder().cursor(cursor).build();
            try (Watch<WatchNamesResponse> watch = client.names().watch("java/names/", after)) {
                assertEquals(bytes("2"), watch.next(LIMIT).getBound().getValue(), "it goes on after its cursor");
                assertEquals(
                        "java/names/a",
                        watch.next(LIMIT).getUnbound().getBinding().getPath());
            }
            WatchOptions bad = WatchOptions.builder().cursor("nonsense").build();
            try (Watch<WatchNamesResponse> watch = client.names().watch("java/", bad)) {
                assertThrows(BadCursor.class, watch::next);
            }
            try (Watch<WatchEventsResponse> events = client.events()
                    .watch(
                            List.of(EventKind.EVENT_KIND_NAME),
                            "java/names/",
                            WatchOptions.builder().build())) {
                assertTrue(events.next(LIMIT).hasSnapshot());
            }
        }
    }

    @Test
    void aSubscriberGetsAsManyMessagesAsItRequests() throws InterruptedException {
        try (Client client = connected();
                Session session = client.openSession();
                Watch<WatchNamesResponse> watch = client.names().watch("java/flow/")) {
            Collector collector = new Collector();
            watch.subscribe(collector);
            collector.subscription.request(1);
            assertEquals("snapshot", collector.take());
            session.bind("java/flow/a", bytes("1"));
            session.bind("java/flow/a", bytes("2"));
            assertThrows(DeadlineExceeded.class, () -> client.quorum().watch().next(Duration.ZERO));
            assertTrue(collector.told.isEmpty(), "nothing was requested");
            collector.subscription.request(2);
            assertEquals("1", collector.take());
            assertEquals("2", collector.take());
            watch.close();
            collector.subscription.request(1);
            assertEquals("complete", collector.take());
        }
    }

    /** A subscriber that keeps what it is told. */
    private static final class Collector implements Flow.Subscriber<WatchNamesResponse> {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private volatile Flow.Subscription subscription;

        String take() throws InterruptedException {
            return told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
        }

        @Override
        public void onNext(WatchNamesResponse message) {
            if (!message.hasBookmark()) {
                told.add(
                        message.hasSnapshot()
                                ? "snapshot"
                                : message.getBound().getValue().toStringUtf8());
            } else {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable error) {
            told.add(error.toString());
        }

        @Override
        public void onComplete() {
            told.add("complete");
        }
    }

    /** Says what it is told. */
    private static final class Program implements Participant {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

        @Override
        public void prepare(OptionalLong epoch) {
            told.add(epoch.isPresent() ? "prepare" : "prepare, without an agent");
        }

        @Override
        public void recover(long epoch) {
            told.add("recover");
        }

        /** Goes on until it is cut short. */
        @Override
        public void resume(long epoch) throws InterruptedException {
            told.add("resume");
            Thread.sleep(Duration.ofDays(1).toMillis());
        }

        /** It is told this next, and at last that. */
        void isTold(String first, String last) throws InterruptedException {
            String line = told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertEquals(first, line);
            while (!last.equals(line)) {
                assertNotNull(line, last);
                line = told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void participants() throws InterruptedException {
        ParticipantOptions options = ParticipantOptions.builder("java").level(1).build();
        Program program = new Program();
        try (Client client = connected()) {
            ParticipantOptions bad = ParticipantOptions.builder("").build();
            try (Participation refused = client.participate(bad, program)) {
                assertInstanceOf(BadRequest.class, refused.waitEnded());
            }
            try (Participation participation = client.participate(options, program)) {
                program.isTold("prepare", "resume");
                assertFalse(participation.waitEndedAsync().isDone());
                try (Watch<WatchRecoveryResponse> watch = client.recovery().watch()) {
                    assertNotEquals(
                            WatchRecoveryResponse.MessageCase.MESSAGE_NOT_SET,
                            watch.next().getMessageCase());
                }
                List<String> names = client.recovery().get().getRecovery().getNodesList().stream()
                        .flatMap(node -> node.getParticipantsList().stream())
                        .map(ParticipantStatus::getName)
                        .toList();
                assertEquals(List.of("java"), names);
            }
            assertTrue(program.told.isEmpty(), "it is not told when it takes part no more");
        }
        Client client = connected();
        Participation participation = client.participate(options, program);
        program.isTold("prepare", "resume");
        client.close();
        program.isTold("prepare, without an agent", "prepare, without an agent");
        assertInstanceOf(Closed.class, participation.waitEnded());
        participation.close();
    }

    @Test
    void nobody() {
        List<String> nowhere = List.of("127.0.0.1:1", "127.0.0.1:2");
        try (Client client = new Client(nowhere)) {
            Unavailable caught =
                    assertThrows(Unavailable.class, () -> client.membership().view());
            assertEquals(nowhere, caught.tried().stream().map(Tried::endpoint).toList());
            WatchOptions options =
                    WatchOptions.builder().giveUpAfter(Duration.ofMillis(300)).build();
            try (Watch<WatchMembershipResponse> watch = client.membership().watch(options)) {
                assertThrows(Unavailable.class, watch::next);
            }
        }
    }

    @Test
    void overMany() {
        List<String> endpoints =
                Stream.concat(Stream.of("127.0.0.1:1"), ENDPOINTS.stream()).toList();
        try (Client client = new Client(endpoints)) {
            assertTrue(client.membership().view().getView().getMembersCount() > 0);
            try (Watch<WatchMembershipResponse> watch = client.membership().watch()) {
                assertTrue(watch.next().hasSnapshot());
                assertEquals(Optional.of(ENDPOINTS.get(0)), watch.endpoint());
            }
        }
    }

    @Test
    void errorsTellWhereTheCallWas() {
        try (Client client = connected()) {
            QuorateException caught = assertThrows(
                    QuorateException.class, () -> client.membership().node("n9"));
            assertTrue(Stream.of(caught.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().contains("ClusterTest")));
        }
    }
}
