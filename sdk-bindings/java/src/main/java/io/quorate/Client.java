package io.quorate;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.quorate.v1.GetAgentRequest;
import io.quorate.v1.GetAgentResponse;
import io.quorate.v1.KeepAliveRequest;
import io.quorate.v1.OpenSessionRequest;
import io.quorate.v1.SessionServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A client of one cluster, by any of its agents. Close it, or use it in a try-with-resources statement. It may be used
 * by several threads.
 *
 * <p>The endpoint that answered last is asked first. When it cannot be reached, does not answer in its share of the
 * time, or says that it cannot serve, the next one is asked, round by round until the deadline or the last round
 * ({@link ClientOptions}). Calls are repeated only where the schema says that this is safe.
 *
 * <p>All calls can throw {@link QuorateException.Unavailable}, {@link QuorateException.DeadlineExceeded}, {@link
 * QuorateException.Closed} and, where they block, {@link QuorateException.Interrupted}; the refusals that a call can
 * throw are listed with it. A method whose name ends in {@code Async} does the same without blocking: its future
 * completes with the error that the other one throws, its continuations run in {@link
 * java.util.concurrent.ForkJoinPool#commonPool}, and to cancel it cancels the call.
 */
public final class Client implements AutoCloseable {
    private final Pool pool;
    private final Membership membership;
    private final Quorum quorum;
    private final Names names;
    private final Locks locks;
    private final Elections elections;
    private final Barriers barriers;
    private final Sessions sessions;
    private final Recovery recovery;
    private final Events events;

    /**
     * A client with the default options. Nothing is sent before the first call.
     *
     * @param endpoints 1 to 64 of {@code host:port} or {@code [v6]:port}
     * @throws QuorateException.BadOptions one of them is no endpoint
     */
    public Client(List<String> endpoints) {
        this(ClientOptions.builder(endpoints).build());
    }

    /**
     * A client. Nothing is sent before the first call.
     *
     * @param options where the agents are, and how to wait for them
     * @throws QuorateException.BadOptions a file for TLS cannot be used
     */
    public Client(ClientOptions options) {
        pool = new Pool(options);
        membership = new Membership(pool);
        quorum = new Quorum(pool);
        names = new Names(pool);
        locks = new Locks(pool);
        elections = new Elections(pool);
        barriers = new Barriers(pool);
        sessions = new Sessions(pool);
        recovery = new Recovery(pool);
        events = new Events(pool);
    }

    /** {@return what the client was made with} */
    public ClientOptions options() {
        return pool.options();
    }

    /** {@return who belongs to the cluster} */
    public Membership membership() {
        return membership;
    }

    /** {@return whether this side of the cluster may act} */
    public Quorum quorum() {
        return quorum;
    }

    /** {@return what is bound to which path} */
    public Names names() {
        return names;
    }

    /** {@return who holds a lock; {@link Session#lock(String)} takes one} */
    public Locks locks() {
        return locks;
    }

    /** {@return who leads; {@link Session#election} stands for an office} */
    public Elections elections() {
        return elections;
    }

    /** {@return how barriers stand; {@link Session#barrier} comes to one} */
    public Barriers barriers() {
        return barriers;
    }

    /** {@return the sessions of the cluster} */
    public Sessions sessions() {
        return sessions;
    }

    /** {@return how recovery stands; {@link #participate} takes part in it} */
    public Recovery recovery() {
        return recovery;
    }

    /** {@return what happens, in one order} */
    public Events events() {
        return events;
    }

    /** {@return the answering agent: version, identity, addresses, uptime, configuration in force} */
    public GetAgentResponse agent() {
        return Futures.await(agentAsync());
    }

    /**
     * As {@link #agent}, without blocking.
     *
     * @return completes with the answering agent
     */
    public CompletableFuture<GetAgentResponse> agentAsync() {
        GetAgentRequest request = GetAgentRequest.getDefaultInstance();
        return Futures.outward(pool.ask(stubs -> stubs.admin().getAgent(request)), answer -> answer);
    }

    /**
     * Opens a session of 10 s, and keeps it alive from then on. See {@link #openSession(SessionOptions)}.
     *
     * @return the session
     */
    public Session openSession() {
        return openSession(SessionOptions.builder().build());
    }

    /**
     * Opens a session, and keeps it alive from then on. Repeated when needed: it is opened once.
     *
     * @param options what it is to be
     * @return the session
     * @throws QuorateException.BadRequest a value is out of range
     * @throws QuorateException.LimitReached there are too many sessions
     * @throws QuorateException.NotServed nobody leads for now
     */
    public Session openSession(SessionOptions options) {
        return Futures.await(openSessionAsync(options));
    }

    /**
     * As {@link #openSession(SessionOptions)}, without blocking.
     *
     * @param options what it is to be
     * @return completes with the session
     */
    public CompletableFuture<Session> openSessionAsync(SessionOptions options) {
        OpenSessionRequest request = OpenSessionRequest.newBuilder()
                .setTtl(Spans.toProto(options.ttl()))
                .setLabel(options.label())
                .setGroup(options.group())
                .setProcessId(options.processId())
                .setRequestId(Session.requestId())
                .build();
        Moment sent = Moment.now();
        return begun(
                pool.ask(stubs -> stubs.sessions().openSession(request)),
                opened ->
                        new Session(pool, opened.getSession(), opened.getSessionId(), Spans.of(opened.getTtl()), sent));
    }

    /**
     * Takes up a session that was opened elsewhere, or by this program before it was restarted; keeps it alive.
     *
     * @param token what {@link Session#token} was
     * @return the session
     * @throws QuorateException.SessionEnded it is over
     * @throws QuorateException.SessionUnknown there never was such a session
     * @throws QuorateException.SessionTokenWrong that is not its token
     */
    public Session resumeSession(String token) {
        return Futures.await(resumeSessionAsync(token));
    }

    /**
     * As {@link #resumeSession}, without blocking.
     *
     * @param token what {@link Session#token} was
     * @return completes with the session
     */
    public CompletableFuture<Session> resumeSessionAsync(String token) {
        KeepAliveRequest sign = KeepAliveRequest.newBuilder().setSession(token).build();
        Moment sent = Moment.now();
        return begun(
                pool.ask(stubs -> ClientCalls.futureUnaryCall(
                        stubs.channel().newCall(SessionServiceGrpc.getKeepAliveMethod(), CallOptions.DEFAULT), sign)),
                kept -> new Session(pool, token, kept.getSessionId(), Spans.of(kept.getTtl()), sent));
    }

    /**
     * Has a program take part in recovery, through whatever agent answers, until that is closed. Does not block.
     *
     * <p>With each change of the cluster the program is told to {@link Participant#prepare}, to {@link
     * Participant#recover} and to {@link Participant#resume}; the cluster takes each step when all who take part have
     * taken the one before. When the agent is gone, the program is told to prepare at once, and takes part again at the
     * next agent. Until it was told to resume for the first time, it must not use what is shared.
     *
     * <p>An agent that does not say that it goes - whose machine was cut off, say - is noticed after {@link
     * ParticipantOptions#idleTimeout} at the latest. Others may have gone on by then: have what is protected refuse lower
     * epochs than it has seen, or look at {@link Quorum#get} before it is touched.
     *
     * <p>Close it before the client, for when that is closed, the program is told to prepare, and not waited for.
     *
     * @param options what the program is
     * @param program is told what to do
     * @return what it takes part by; close it
     */
    public Participation participate(ParticipantOptions options, Participant program) {
        return new Participation(pool, options, program);
    }

    /**
     * Makes any call with this client's failover and its {@code callTimeout}, for methods that have none here. The call
     * is repeated when needed: it may be carried out more than once.
     *
     * @param invoke makes the call with the stubs of an endpoint, as in
     *     {@code stubs -> stubs.admin().listSettings(request)}; it is called in the client's thread, and must not block
     * @param <T> the answer
     * @return the answer
     */
    public <T> T call(Function<Stubs, ListenableFuture<T>> invoke) {
        return call(invoke, options().callTimeout(), true);
    }

    /**
     * Makes any call with this client's failover, for methods that have none here.
     *
     * @param invoke makes the call with the stubs of an endpoint, as in
     *     {@code stubs -> stubs.admin().listSettings(request)}; it is called in the client's thread, and must not block
     * @param timeout how long it may take in all
     * @param repeat whether it may be carried out more than once
     * @param <T> the answer
     * @return the answer
     * @throws QuorateException.ConnectionLost it may have been carried out, and must not be repeated
     */
    public <T> T call(Function<Stubs, ListenableFuture<T>> invoke, Duration timeout, boolean repeat) {
        return Futures.await(callAsync(invoke, timeout, repeat));
    }

    /**
     * As {@link #call(Function, Duration, boolean)}, without blocking.
     *
     * @param invoke makes the call with the stubs of an endpoint; it is called in the client's thread, and must not block
     * @param timeout how long it may take in all
     * @param repeat whether it may be carried out more than once
     * @param <T> the answer
     * @return completes with the answer
     */
    public <T> CompletableFuture<T> callAsync(
            Function<Stubs, ListenableFuture<T>> invoke, Duration timeout, boolean repeat) {
        return Futures.outward(pool.call(invoke, timeout, true, repeat), answer -> answer);
    }

    /**
     * Ends all connections, and every call and watch that is under way. Close sessions before it: one that is open then
     * is kept alive no more. Returns when no thread of the client is left; one of the library below may stay for a
     * second more. Closing it again does nothing.
     */
    @Override
    public void close() {
        pool.close();
    }

    /**
     * As {@link #close}, without blocking.
     *
     * @return completes when no thread of the client is left
     */
    public CompletableFuture<Void> closeAsync() {
        return CompletableFuture.runAsync(pool::close, Futures.USERS);
    }

    /** A session that nobody waits for any more is left to its time. */
    private static <R> CompletableFuture<Session> begun(CompletableFuture<R> asked, Function<R, Session> session) {
        return Futures.outward(asked, new Futures.Outcome<R, Session>() {
            @Override
            public Session answered(R answer) {
                return session.apply(answer);
            }

            @Override
            public void unwanted(Session opened) {
                opened.detach();
            }
        });
    }
}
