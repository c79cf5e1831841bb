import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.quorate.Barrier;
import io.quorate.BarrierOptions;
import io.quorate.BindOptions;
import io.quorate.Client;
import io.quorate.ClientOptions;
import io.quorate.Election;
import io.quorate.Lock;
import io.quorate.LockOptions;
import io.quorate.QuorateException;
import io.quorate.Session;
import io.quorate.SessionOptions;
import io.quorate.Token;
import io.quorate.Watch;
import io.quorate.WatchOptions;
import io.quorate.v1.Binding;
import io.quorate.v1.DeparturePolicy;
import io.quorate.v1.GetLockResponse;
import io.quorate.v1.GetQuorumResponse;
import io.quorate.v1.GetViewResponse;
import io.quorate.v1.Member;
import io.quorate.v1.NameSnapshot;
import io.quorate.v1.NameUnbound;
import io.quorate.v1.Node;
import io.quorate.v1.ParticipantStatus;
import io.quorate.v1.Recovery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Carries out the steps of conformance scenarios. See tests/conformance/README.md for what a driver is told and what it
 * answers.
 */
final class Driver {
    private static final Map<String, Object> NOTHING = Map.of();

    private record Place(String session, String path) {}

    private record Planned(List<String> plan, Barrier barrier) {}

    private final Map<String, Client> clients = new ConcurrentHashMap<>();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<Place, Lock> locks = new ConcurrentHashMap<>();
    private final Map<Place, Election> elections = new ConcurrentHashMap<>();
    private final Map<Place, Planned> barriers = new ConcurrentHashMap<>();
    private final Map<String, Watch<? extends Message>> watches = new ConcurrentHashMap<>();
    private final Map<String, Program> programs = new ConcurrentHashMap<>();

    public static void main(String[] args) throws IOException {
        new Lines().serve(new Driver()::carryOut);
    }

    private Map<String, Object> carryOut(String op, JsonObject args) throws Exception {
        return switch (op) {
            case "connect" -> connect(args);
            case "close_client" -> closeClient(args);
            case "agent" -> Map.of("node", client(args).agent().getHeader().getNodeName());
            case "view" -> view(args);
            case "nodes" ->
                Map.of(
                        "nodes",
                        client(args)
                                .membership()
                                .nodes()
                                .map(Node::getNodeName)
                                .sorted()
                                .toList());
            case "quorum" -> quorum(args);
            case "open_session" -> openSession(args);
            case "resume_session" -> begun(args, client(args).resumeSession(text(args, "token")));
            case "detach_session" -> Map.of("token", session(args).detach());
            case "close_session" -> done(() -> session(args).close());
            case "valid" ->
                Map.of(
                        "valid",
                        session(args).isValid(),
                        "left",
                        session(args).left().toNanos() / 1e9);
            case "wait_lost" -> waitLost(args);
            case "acquire" -> acquire(args);
            case "release" -> done(() -> lock(args).release());
            case "held" -> Map.of("valid", lock(args).isValid());
            case "lock" -> lockShown(args);
            case "campaign" -> Map.of("token", shown(election(args).campaign(timeout(args))));
            case "proclaim" -> done(() -> election(args).proclaim(value(args)));
            case "resign" -> done(() -> election(args).resign());
            case "leader" -> leader(args);
            case "bind" -> bind(args);
            case "unbind" -> done(() -> session(args).unbind(text(args, "path")));
            case "name" ->
                Map.of(
                        "bindings",
                        client(args).names().get(text(args, "path")).stream()
                                .map(Driver::shown)
                                .toList());
            case "names" -> names(args);
            case "enter" -> Map.of("generation", barrier(args).enter(timeout(args)));
            case "leave" -> Map.of("generation", barrier(args).leave(timeout(args)));
            case "abort" -> Map.of("generation", barrier(args).abort(text(args, "reason")));
            case "barrier" -> barrierShown(args);
            case "watch" -> watch(args);
            case "next" -> next(args);
            case "close_watch" -> done(() -> watches.remove(text(args, "watch")).close());
            case "recovery" -> recovery(args);
            case "participate" -> done(() -> programs.put(text(args, "participant"), new Program(client(args), args)));
            case "phase", "finish", "notice", "participation", "stop_participating" ->
                programs.get(text(args, "participant")).carryOut(op, args);
            case "background" -> Map.of("left", background());
            default -> throw new IllegalArgumentException("no such step: " + op);
        };
    }

    private Map<String, Object> connect(JsonObject args) {
        List<String> endpoints = new ArrayList<>();
        args.getAsJsonArray("endpoints").forEach(endpoint -> endpoints.add(endpoint.getAsString()));
        ClientOptions.Builder options = ClientOptions.builder(endpoints);
        given(args, "call_timeout").map(Driver::seconds).ifPresent(options::callTimeout);
        given(args, "attempt_timeout").map(Driver::seconds).ifPresent(options::attemptTimeout);
        given(args, "rounds").map(JsonElement::getAsInt).ifPresent(options::rounds);
        clients.put(text(args, "client"), new Client(options.build()));
        return NOTHING;
    }

    private Map<String, Object> closeClient(JsonObject args) {
        return done(() -> clients.remove(text(args, "client")).close());
    }

    private Map<String, Object> view(JsonObject args) {
        GetViewResponse answer = client(args).membership().view();
        List<String> members = answer.getView().getMembersList().stream()
                .map(Member::getNodeName)
                .toList();
        return Map.of("members", members, "state", enumShown(answer, "state"));
    }

    private Map<String, Object> recovery(JsonObject args) {
        Recovery recovery = client(args).recovery().get().getRecovery();
        List<String> names = recovery.getNodesList().stream()
                .flatMap(node -> node.getParticipantsList().stream())
                .map(ParticipantStatus::getName)
                .sorted()
                .toList();
        String stage = recovery.getStage().name().replaceFirst("RECOVERY_STAGE_", "");
        return Map.of("stage", stage, "epoch", recovery.getEpoch(), "participants", names);
    }

    private Map<String, Object> quorum(JsonObject args) {
        GetQuorumResponse answer = client(args).quorum().get();
        return Map.of(
                "has",
                answer.getQuorum().getGranted(),
                "epoch",
                answer.getQuorum().getEpoch());
    }

    private Map<String, Object> openSession(JsonObject args) {
        SessionOptions.Builder options = SessionOptions.builder();
        given(args, "ttl").map(Driver::seconds).ifPresent(options::ttl);
        given(args, "label").map(JsonElement::getAsString).ifPresent(options::label);
        given(args, "group").map(JsonElement::getAsString).ifPresent(options::group);
        return begun(args, client(args).openSession(options.build()));
    }

    private Map<String, Object> begun(JsonObject args, Session session) {
        sessions.put(text(args, "session"), session);
        return Map.of("id", session.id(), "token", session.token());
    }

    private Map<String, Object> waitLost(JsonObject args) {
        Duration margin = given(args, "margin").map(Driver::seconds).orElse(Duration.ZERO);
        Optional<QuorateException> error = session(args).waitLost(margin).error();
        return nullable("reason", error.flatMap(QuorateException::reason).orElse(null));
    }

    private Map<String, Object> acquire(JsonObject args) {
        Lock lock = lock(args);
        if (given(args, "try").map(JsonElement::getAsBoolean).orElse(false)) {
            return nullable("token", lock.tryAcquire().map(Driver::shown).orElse(null));
        }
        return Map.of("token", shown(lock.acquire(timeout(args))));
    }

    private Map<String, Object> lockShown(JsonObject args) {
        GetLockResponse answer = client(args).locks().get(text(args, "path"));
        List<String> holders =
                answer.getHoldersList().stream().map(Binding::getSessionId).toList();
        return Map.of("holders", holders, "waiting", answer.getWaiting());
    }

    private Map<String, Object> leader(JsonObject args) {
        Optional<Binding> leader = client(args).elections().leader(text(args, "path"));
        return nullable(
                "value", leader.map(one -> one.getValue().toStringUtf8()).orElse(null));
    }

    private Map<String, Object> bind(JsonObject args) {
        BindOptions.Builder options = BindOptions.builder();
        if (given(args, "shared").map(JsonElement::getAsBoolean).orElse(false)) {
            options.shared();
        }
        given(args, "expected_revision").map(JsonElement::getAsLong).ifPresent(options::expectedRevision);
        var answer = session(args).bind(text(args, "path"), value(args), options.build());
        return Map.of("token", shown(Token.of(answer.getToken())), "revision", answer.getModifiedRevision());
    }

    private Map<String, Object> names(JsonObject args) {
        List<String> paths = client(args)
                .names()
                .list(text(args, "prefix"))
                .map(Binding::getPath)
                .toList();
        Map<String, Object> answer = nullable("first", paths.isEmpty() ? null : paths.get(0));
        answer.put("last", paths.isEmpty() ? null : paths.get(paths.size() - 1));
        answer.put("count", paths.size());
        return answer;
    }

    private Map<String, Object> barrierShown(JsonObject args) {
        io.quorate.v1.Barrier answer = client(args).barriers().get(text(args, "path"));
        return Map.of("arrived", answer.getArrivedSessionIdsCount(), "missing", answer.getMissing());
    }

    private Map<String, Object> watch(JsonObject args) {
        String path = given(args, "path").map(JsonElement::getAsString).orElse("");
        WatchOptions.Builder builder = WatchOptions.builder();
        given(args, "cursor").map(JsonElement::getAsString).ifPresent(builder::cursor);
        WatchOptions options = builder.build();
        Client client = client(args);
        Watch<? extends Message> watch =
                switch (text(args, "kind")) {
                    case "names" -> client.names().watch(path, options);
                    case "events" -> client.events().watch(List.of(), path, options);
                    case "membership" -> client.membership().watch(options);
                    case "leader" -> client.elections().observe(path);
                    case "barrier" -> client.barriers().watch(path);
                    default -> throw new IllegalArgumentException("no such watch");
                };
        watches.put(text(args, "watch"), watch);
        return NOTHING;
    }

    private Map<String, Object> next(JsonObject args) {
        Watch<? extends Message> watch = watches.get(text(args, "watch"));
        long end = System.nanoTime()
                + given(args, "timeout")
                        .map(Driver::seconds)
                        .orElse(Duration.ofSeconds(10))
                        .toNanos();
        while (true) {
            Message message = watch.next(Duration.ofNanos(end - System.nanoTime()));
            Optional<FieldDescriptor> kind = caseOf(message, "message");
            if (!kind.map(FieldDescriptor::getName).equals(Optional.of("bookmark"))) {
                Map<String, Object> answer =
                        nullable("kind", kind.map(FieldDescriptor::getName).orElse(null));
                answer.put("cursor", watch.cursor());
                kind.ifPresent(known -> answer.putAll(shown(known.getName(), (Message) message.getField(known))));
                return answer;
            }
        }
    }

    /** Which case of a oneof is set; empty for one that is not known. */
    private static Optional<FieldDescriptor> caseOf(Message message, String name) {
        Optional<OneofDescriptor> oneof = message.getDescriptorForType().getOneofs().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst();
        return oneof.map(message::getOneofFieldDescriptor);
    }

    /** A message of a watch. */
    private static Map<String, Object> shown(String kind, Message message) {
        Map<String, Object> result = new HashMap<>();
        boolean hasReason = message.getDescriptorForType().findFieldByName("reason") != null;
        if (hasReason && (kind.equals("snapshot") || kind.equals("coordination"))) {
            result.put("reason", enumShown(message, "reason"));
        }
        if (kind.equals("event")) {
            result.put(
                    "event",
                    caseOf(message, "kind").map(FieldDescriptor::getName).orElse(null));
        }
        if (kind.equals("bound")) {
            result.putAll(shown((Binding) message));
        }
        if (message instanceof NameUnbound unbound) {
            result.put("path", unbound.getBinding().getPath());
            result.put("end", enumShown(unbound, "reason"));
        }
        if (message instanceof NameSnapshot snapshot) {
            result.put(
                    "paths",
                    snapshot.getBindingsList().stream().map(Binding::getPath).toList());
            result.put("more", snapshot.getMore());
        }
        return result;
    }

    /** The name of an enum value, or the number of one that is not known. */
    private static String enumShown(Message message, String field) {
        FieldDescriptor descriptor = message.getDescriptorForType().findFieldByName(field);
        EnumValueDescriptor value = (EnumValueDescriptor) message.getField(descriptor);
        boolean known = descriptor.getEnumType().findValueByNumber(value.getNumber()) != null;
        return known ? value.getName() : Integer.toString(value.getNumber());
    }

    /** A binding; of a long value only how long it is. */
    private static Map<String, Object> shown(Binding binding) {
        ByteString value = binding.getValue();
        Map<String, Object> result = nullable("value", value.size() <= 256 ? value.toStringUtf8() : null);
        result.put("path", binding.getPath());
        result.put("size", value.size());
        result.put("revision", binding.getModifiedRevision());
        return result;
    }

    /** A token as a list, whose order is that of tokens. */
    private static List<Long> shown(Token token) {
        return List.of(token.epoch(), token.counter());
    }

    private static List<String> background() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("quorate ") || name.startsWith("grpc-"))
                .sorted()
                .toList();
    }

    private Client client(JsonObject args) {
        return clients.get(text(args, "client"));
    }

    private Session session(JsonObject args) {
        return sessions.get(text(args, "session"));
    }

    private static Place place(JsonObject args) {
        return new Place(text(args, "session"), text(args, "path"));
    }

    private Lock lock(JsonObject args) {
        return locks.computeIfAbsent(place(args), place -> {
            LockOptions.Builder options = LockOptions.builder();
            given(args, "delay").map(Driver::seconds).ifPresent(options::delay);
            switch (given(args, "mode").map(JsonElement::getAsString).orElse("exclusive")) {
                case "shared" -> options.shared();
                case "counted" -> options.counted(args.get("limit").getAsInt());
                default -> {}
            }
            return session(args).lock(place.path(), options.build());
        });
    }

    private Election election(JsonObject args) {
        return elections.computeIfAbsent(place(args), place -> session(args).election(place.path(), value(args)));
    }

    private Barrier barrier(JsonObject args) {
        List<String> plan = List.of("count", "members", "group", "least", "double", "departure", "deadline").stream()
                .filter(args::has)
                .map(name -> name + "=" + args.get(name))
                .toList();
        return barriers.compute(place(args), (place, known) -> {
                    if (known != null && (plan.isEmpty() || plan.equals(known.plan))) {
                        return known;
                    }
                    return new Planned(plan, session(args).barrier(place.path(), options(args)));
                })
                .barrier;
    }

    private static BarrierOptions options(JsonObject args) {
        BarrierOptions.Builder options;
        if (args.has("count")) {
            options = BarrierOptions.count(args.get("count").getAsInt());
        } else if (args.has("group")) {
            options = BarrierOptions.group(
                    text(args, "group"),
                    given(args, "least").map(JsonElement::getAsInt).orElse(1));
        } else {
            Map<String, String> labels = new HashMap<>();
            args.getAsJsonObject("members")
                    .entrySet()
                    .forEach(one -> labels.put(one.getKey(), one.getValue().getAsString()));
            options = BarrierOptions.members(labels);
        }
        if (given(args, "double").map(JsonElement::getAsBoolean).orElse(false)) {
            options.doubled();
        }
        Function<String, DeparturePolicy> policy =
                name -> DeparturePolicy.valueOf("DEPARTURE_POLICY_" + name.toUpperCase(Locale.ROOT));
        given(args, "departure").map(JsonElement::getAsString).map(policy).ifPresent(options::departure);
        given(args, "deadline").map(Driver::seconds).ifPresent(options::deadline);
        return options.build();
    }

    private static ByteString value(JsonObject args) {
        if (args.has("size")) {
            return ByteString.copyFromUtf8("x".repeat(args.get("size").getAsInt()));
        }
        return ByteString.copyFromUtf8(
                given(args, "value").map(JsonElement::getAsString).orElse(""));
    }

    static Optional<JsonElement> given(JsonObject args, String name) {
        return Optional.ofNullable(args.get(name)).filter(value -> !value.isJsonNull());
    }

    static String text(JsonObject args, String name) {
        return args.get(name).getAsString();
    }

    private static Duration timeout(JsonObject args) {
        return given(args, "timeout").map(Driver::seconds).orElse(null);
    }

    static Duration seconds(JsonElement value) {
        return Duration.ofNanos((long) (value.getAsDouble() * 1e9));
    }

    private static Map<String, Object> nullable(String name, Object value) {
        Map<String, Object> result = new HashMap<>();
        result.put(name, value);
        return result;
    }

    private static Map<String, Object> done(Runnable step) {
        step.run();
        return NOTHING;
    }
}
