package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
 * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
 * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
 * takes the lead, then fails with NOT_SERVED.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class SessionServiceGrpc {

  private SessionServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.SessionService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.OpenSessionRequest,
      io.quorate.v1.OpenSessionResponse> getOpenSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "OpenSession",
      requestType = io.quorate.v1.OpenSessionRequest.class,
      responseType = io.quorate.v1.OpenSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.OpenSessionRequest,
      io.quorate.v1.OpenSessionResponse> getOpenSessionMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.OpenSessionRequest, io.quorate.v1.OpenSessionResponse> getOpenSessionMethod;
    if ((getOpenSessionMethod = SessionServiceGrpc.getOpenSessionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getOpenSessionMethod = SessionServiceGrpc.getOpenSessionMethod) == null) {
          SessionServiceGrpc.getOpenSessionMethod = getOpenSessionMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.OpenSessionRequest, io.quorate.v1.OpenSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "OpenSession"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.OpenSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.OpenSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("OpenSession"))
              .build();
        }
      }
    }
    return getOpenSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.KeepAliveRequest,
      io.quorate.v1.KeepAliveResponse> getKeepAliveMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "KeepAlive",
      requestType = io.quorate.v1.KeepAliveRequest.class,
      responseType = io.quorate.v1.KeepAliveResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.KeepAliveRequest,
      io.quorate.v1.KeepAliveResponse> getKeepAliveMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.KeepAliveRequest, io.quorate.v1.KeepAliveResponse> getKeepAliveMethod;
    if ((getKeepAliveMethod = SessionServiceGrpc.getKeepAliveMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getKeepAliveMethod = SessionServiceGrpc.getKeepAliveMethod) == null) {
          SessionServiceGrpc.getKeepAliveMethod = getKeepAliveMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.KeepAliveRequest, io.quorate.v1.KeepAliveResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "KeepAlive"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.KeepAliveRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.KeepAliveResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("KeepAlive"))
              .build();
        }
      }
    }
    return getKeepAliveMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetSessionRequest,
      io.quorate.v1.GetSessionResponse> getGetSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetSession",
      requestType = io.quorate.v1.GetSessionRequest.class,
      responseType = io.quorate.v1.GetSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetSessionRequest,
      io.quorate.v1.GetSessionResponse> getGetSessionMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetSessionRequest, io.quorate.v1.GetSessionResponse> getGetSessionMethod;
    if ((getGetSessionMethod = SessionServiceGrpc.getGetSessionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getGetSessionMethod = SessionServiceGrpc.getGetSessionMethod) == null) {
          SessionServiceGrpc.getGetSessionMethod = getGetSessionMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetSessionRequest, io.quorate.v1.GetSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetSession"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("GetSession"))
              .build();
        }
      }
    }
    return getGetSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListSessionsRequest,
      io.quorate.v1.ListSessionsResponse> getListSessionsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListSessions",
      requestType = io.quorate.v1.ListSessionsRequest.class,
      responseType = io.quorate.v1.ListSessionsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListSessionsRequest,
      io.quorate.v1.ListSessionsResponse> getListSessionsMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListSessionsRequest, io.quorate.v1.ListSessionsResponse> getListSessionsMethod;
    if ((getListSessionsMethod = SessionServiceGrpc.getListSessionsMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getListSessionsMethod = SessionServiceGrpc.getListSessionsMethod) == null) {
          SessionServiceGrpc.getListSessionsMethod = getListSessionsMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListSessionsRequest, io.quorate.v1.ListSessionsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListSessions"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListSessionsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListSessionsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("ListSessions"))
              .build();
        }
      }
    }
    return getListSessionsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.CloseSessionRequest,
      io.quorate.v1.CloseSessionResponse> getCloseSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CloseSession",
      requestType = io.quorate.v1.CloseSessionRequest.class,
      responseType = io.quorate.v1.CloseSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.CloseSessionRequest,
      io.quorate.v1.CloseSessionResponse> getCloseSessionMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.CloseSessionRequest, io.quorate.v1.CloseSessionResponse> getCloseSessionMethod;
    if ((getCloseSessionMethod = SessionServiceGrpc.getCloseSessionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getCloseSessionMethod = SessionServiceGrpc.getCloseSessionMethod) == null) {
          SessionServiceGrpc.getCloseSessionMethod = getCloseSessionMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.CloseSessionRequest, io.quorate.v1.CloseSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CloseSession"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.CloseSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.CloseSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("CloseSession"))
              .build();
        }
      }
    }
    return getCloseSessionMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static SessionServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceStub>() {
        @java.lang.Override
        public SessionServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceStub(channel, callOptions);
        }
      };
    return SessionServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static SessionServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingV2Stub>() {
        @java.lang.Override
        public SessionServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return SessionServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static SessionServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingStub>() {
        @java.lang.Override
        public SessionServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceBlockingStub(channel, callOptions);
        }
      };
    return SessionServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static SessionServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceFutureStub>() {
        @java.lang.Override
        public SessionServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceFutureStub(channel, callOptions);
        }
      };
    return SessionServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
   * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
   * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
   * takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * OpenSession opens a session. Does not wait for others. Retry with the same request_id: it is opened once, and every
     * attempt gets the same answer as long as it lives.
     * Errors: BAD_REQUEST, LIMIT_REACHED (sessions, sessions of one client, or processes that are watched), NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    default void openSession(io.quorate.v1.OpenSessionRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.OpenSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getOpenSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * KeepAlive keeps a session alive: each message of the caller makes its time begin anew, and is answered when that is so.
     * Send one about three times in the session's time. The end of the stream ends nothing: the session lives on until its time
     * is over, and may be kept alive by another stream, at any agent.
     * The caller must go by its own monotonic clock: it may act until `ttl` after it has SENT the message that was answered
     * last, and no longer. Before that nobody else is given what it holds.
     * Ends with SESSION_ENDED, SESSION_LOST, SESSION_UNKNOWN or SESSION_TOKEN_WRONG when there is nothing to keep alive; with
     * NOT_SERVED or STOPPING when this agent cannot: go on at another one.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.quorate.v1.KeepAliveRequest> keepAlive(
        io.grpc.stub.StreamObserver<io.quorate.v1.KeepAliveResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getKeepAliveMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetSession returns one session as this agent knows it. Does not block. Safe to retry.
     * Errors: BAD_REQUEST, SESSION_UNKNOWN, SESSION_ENDED, SESSION_LOST, NOT_SERVED.
     * </pre>
     */
    default void getSession(io.quorate.v1.GetSessionRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListSessions lists the sessions that this agent knows, in the order in which they were opened. Does not block. Safe to
     * retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    default void listSessions(io.quorate.v1.ListSessionsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListSessionsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListSessionsMethod(), responseObserver);
    }

    /**
     * <pre>
     * CloseSession ends a session, and all it holds at once. Safe to retry: a session that is over is closed.
     * Errors: BAD_REQUEST, SESSION_REQUIRED, SESSION_UNKNOWN, SESSION_LOST, SESSION_TOKEN_WRONG, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void closeSession(io.quorate.v1.CloseSessionRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.CloseSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCloseSessionMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service SessionService.
   * <pre>
   * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
   * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
   * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
   * takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static abstract class SessionServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return SessionServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service SessionService.
   * <pre>
   * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
   * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
   * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
   * takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class SessionServiceStub
      extends io.grpc.stub.AbstractAsyncStub<SessionServiceStub> {
    private SessionServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * OpenSession opens a session. Does not wait for others. Retry with the same request_id: it is opened once, and every
     * attempt gets the same answer as long as it lives.
     * Errors: BAD_REQUEST, LIMIT_REACHED (sessions, sessions of one client, or processes that are watched), NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public void openSession(io.quorate.v1.OpenSessionRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.OpenSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getOpenSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * KeepAlive keeps a session alive: each message of the caller makes its time begin anew, and is answered when that is so.
     * Send one about three times in the session's time. The end of the stream ends nothing: the session lives on until its time
     * is over, and may be kept alive by another stream, at any agent.
     * The caller must go by its own monotonic clock: it may act until `ttl` after it has SENT the message that was answered
     * last, and no longer. Before that nobody else is given what it holds.
     * Ends with SESSION_ENDED, SESSION_LOST, SESSION_UNKNOWN or SESSION_TOKEN_WRONG when there is nothing to keep alive; with
     * NOT_SERVED or STOPPING when this agent cannot: go on at another one.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.quorate.v1.KeepAliveRequest> keepAlive(
        io.grpc.stub.StreamObserver<io.quorate.v1.KeepAliveResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getKeepAliveMethod(), getCallOptions()), responseObserver);
    }

    /**
     * <pre>
     * GetSession returns one session as this agent knows it. Does not block. Safe to retry.
     * Errors: BAD_REQUEST, SESSION_UNKNOWN, SESSION_ENDED, SESSION_LOST, NOT_SERVED.
     * </pre>
     */
    public void getSession(io.quorate.v1.GetSessionRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListSessions lists the sessions that this agent knows, in the order in which they were opened. Does not block. Safe to
     * retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public void listSessions(io.quorate.v1.ListSessionsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListSessionsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListSessionsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * CloseSession ends a session, and all it holds at once. Safe to retry: a session that is over is closed.
     * Errors: BAD_REQUEST, SESSION_REQUIRED, SESSION_UNKNOWN, SESSION_LOST, SESSION_TOKEN_WRONG, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void closeSession(io.quorate.v1.CloseSessionRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.CloseSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCloseSessionMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service SessionService.
   * <pre>
   * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
   * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
   * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
   * takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class SessionServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<SessionServiceBlockingV2Stub> {
    private SessionServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * OpenSession opens a session. Does not wait for others. Retry with the same request_id: it is opened once, and every
     * attempt gets the same answer as long as it lives.
     * Errors: BAD_REQUEST, LIMIT_REACHED (sessions, sessions of one client, or processes that are watched), NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.OpenSessionResponse openSession(io.quorate.v1.OpenSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getOpenSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * KeepAlive keeps a session alive: each message of the caller makes its time begin anew, and is answered when that is so.
     * Send one about three times in the session's time. The end of the stream ends nothing: the session lives on until its time
     * is over, and may be kept alive by another stream, at any agent.
     * The caller must go by its own monotonic clock: it may act until `ttl` after it has SENT the message that was answered
     * last, and no longer. Before that nobody else is given what it holds.
     * Ends with SESSION_ENDED, SESSION_LOST, SESSION_UNKNOWN or SESSION_TOKEN_WRONG when there is nothing to keep alive; with
     * NOT_SERVED or STOPPING when this agent cannot: go on at another one.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.quorate.v1.KeepAliveRequest, io.quorate.v1.KeepAliveResponse>
        keepAlive() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getKeepAliveMethod(), getCallOptions());
    }

    /**
     * <pre>
     * GetSession returns one session as this agent knows it. Does not block. Safe to retry.
     * Errors: BAD_REQUEST, SESSION_UNKNOWN, SESSION_ENDED, SESSION_LOST, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetSessionResponse getSession(io.quorate.v1.GetSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListSessions lists the sessions that this agent knows, in the order in which they were opened. Does not block. Safe to
     * retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.ListSessionsResponse listSessions(io.quorate.v1.ListSessionsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListSessionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * CloseSession ends a session, and all it holds at once. Safe to retry: a session that is over is closed.
     * Errors: BAD_REQUEST, SESSION_REQUIRED, SESSION_UNKNOWN, SESSION_LOST, SESSION_TOKEN_WRONG, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.CloseSessionResponse closeSession(io.quorate.v1.CloseSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCloseSessionMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service SessionService.
   * <pre>
   * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
   * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
   * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
   * takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class SessionServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<SessionServiceBlockingStub> {
    private SessionServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * OpenSession opens a session. Does not wait for others. Retry with the same request_id: it is opened once, and every
     * attempt gets the same answer as long as it lives.
     * Errors: BAD_REQUEST, LIMIT_REACHED (sessions, sessions of one client, or processes that are watched), NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.OpenSessionResponse openSession(io.quorate.v1.OpenSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getOpenSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetSession returns one session as this agent knows it. Does not block. Safe to retry.
     * Errors: BAD_REQUEST, SESSION_UNKNOWN, SESSION_ENDED, SESSION_LOST, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetSessionResponse getSession(io.quorate.v1.GetSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListSessions lists the sessions that this agent knows, in the order in which they were opened. Does not block. Safe to
     * retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.ListSessionsResponse listSessions(io.quorate.v1.ListSessionsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListSessionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * CloseSession ends a session, and all it holds at once. Safe to retry: a session that is over is closed.
     * Errors: BAD_REQUEST, SESSION_REQUIRED, SESSION_UNKNOWN, SESSION_LOST, SESSION_TOKEN_WRONG, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.CloseSessionResponse closeSession(io.quorate.v1.CloseSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCloseSessionMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service SessionService.
   * <pre>
   * Sessions of clients. What a session holds - bindings, locks, offices, places in queues and at barriers - goes when it ends.
   * A session lives in the whole cluster: it may be kept alive, used and closed through any agent, and survives the loss of any
   * minority of the voters. While no majority leads, its time stands still. Every call may wait up to 10 s while another member
   * takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class SessionServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<SessionServiceFutureStub> {
    private SessionServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * OpenSession opens a session. Does not wait for others. Retry with the same request_id: it is opened once, and every
     * attempt gets the same answer as long as it lives.
     * Errors: BAD_REQUEST, LIMIT_REACHED (sessions, sessions of one client, or processes that are watched), NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.OpenSessionResponse> openSession(
        io.quorate.v1.OpenSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getOpenSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetSession returns one session as this agent knows it. Does not block. Safe to retry.
     * Errors: BAD_REQUEST, SESSION_UNKNOWN, SESSION_ENDED, SESSION_LOST, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetSessionResponse> getSession(
        io.quorate.v1.GetSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListSessions lists the sessions that this agent knows, in the order in which they were opened. Does not block. Safe to
     * retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListSessionsResponse> listSessions(
        io.quorate.v1.ListSessionsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListSessionsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * CloseSession ends a session, and all it holds at once. Safe to retry: a session that is over is closed.
     * Errors: BAD_REQUEST, SESSION_REQUIRED, SESSION_UNKNOWN, SESSION_LOST, SESSION_TOKEN_WRONG, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.CloseSessionResponse> closeSession(
        io.quorate.v1.CloseSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCloseSessionMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_OPEN_SESSION = 0;
  private static final int METHODID_GET_SESSION = 1;
  private static final int METHODID_LIST_SESSIONS = 2;
  private static final int METHODID_CLOSE_SESSION = 3;
  private static final int METHODID_KEEP_ALIVE = 4;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_OPEN_SESSION:
          serviceImpl.openSession((io.quorate.v1.OpenSessionRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.OpenSessionResponse>) responseObserver);
          break;
        case METHODID_GET_SESSION:
          serviceImpl.getSession((io.quorate.v1.GetSessionRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetSessionResponse>) responseObserver);
          break;
        case METHODID_LIST_SESSIONS:
          serviceImpl.listSessions((io.quorate.v1.ListSessionsRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListSessionsResponse>) responseObserver);
          break;
        case METHODID_CLOSE_SESSION:
          serviceImpl.closeSession((io.quorate.v1.CloseSessionRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.CloseSessionResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_KEEP_ALIVE:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.keepAlive(
              (io.grpc.stub.StreamObserver<io.quorate.v1.KeepAliveResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getOpenSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.OpenSessionRequest,
              io.quorate.v1.OpenSessionResponse>(
                service, METHODID_OPEN_SESSION)))
        .addMethod(
          getKeepAliveMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              io.quorate.v1.KeepAliveRequest,
              io.quorate.v1.KeepAliveResponse>(
                service, METHODID_KEEP_ALIVE)))
        .addMethod(
          getGetSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetSessionRequest,
              io.quorate.v1.GetSessionResponse>(
                service, METHODID_GET_SESSION)))
        .addMethod(
          getListSessionsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListSessionsRequest,
              io.quorate.v1.ListSessionsResponse>(
                service, METHODID_LIST_SESSIONS)))
        .addMethod(
          getCloseSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.CloseSessionRequest,
              io.quorate.v1.CloseSessionResponse>(
                service, METHODID_CLOSE_SESSION)))
        .build();
  }

  private static abstract class SessionServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    SessionServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.SessionProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("SessionService");
    }
  }

  private static final class SessionServiceFileDescriptorSupplier
      extends SessionServiceBaseDescriptorSupplier {
    SessionServiceFileDescriptorSupplier() {}
  }

  private static final class SessionServiceMethodDescriptorSupplier
      extends SessionServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    SessionServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (SessionServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new SessionServiceFileDescriptorSupplier())
              .addMethod(getOpenSessionMethod())
              .addMethod(getKeepAliveMethod())
              .addMethod(getGetSessionMethod())
              .addMethod(getListSessionsMethod())
              .addMethod(getCloseSessionMethod())
              .build();
        }
      }
    }
    return result;
  }
}
