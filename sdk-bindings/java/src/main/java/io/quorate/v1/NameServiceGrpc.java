package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
 * and are seen here; they are taken by LockService and ElectionService.
 * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
 * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class NameServiceGrpc {

  private NameServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.NameService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.BindNameRequest,
      io.quorate.v1.BindNameResponse> getBindNameMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "BindName",
      requestType = io.quorate.v1.BindNameRequest.class,
      responseType = io.quorate.v1.BindNameResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.BindNameRequest,
      io.quorate.v1.BindNameResponse> getBindNameMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.BindNameRequest, io.quorate.v1.BindNameResponse> getBindNameMethod;
    if ((getBindNameMethod = NameServiceGrpc.getBindNameMethod) == null) {
      synchronized (NameServiceGrpc.class) {
        if ((getBindNameMethod = NameServiceGrpc.getBindNameMethod) == null) {
          NameServiceGrpc.getBindNameMethod = getBindNameMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.BindNameRequest, io.quorate.v1.BindNameResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "BindName"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.BindNameRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.BindNameResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NameServiceMethodDescriptorSupplier("BindName"))
              .build();
        }
      }
    }
    return getBindNameMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.UnbindNameRequest,
      io.quorate.v1.UnbindNameResponse> getUnbindNameMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UnbindName",
      requestType = io.quorate.v1.UnbindNameRequest.class,
      responseType = io.quorate.v1.UnbindNameResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.UnbindNameRequest,
      io.quorate.v1.UnbindNameResponse> getUnbindNameMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.UnbindNameRequest, io.quorate.v1.UnbindNameResponse> getUnbindNameMethod;
    if ((getUnbindNameMethod = NameServiceGrpc.getUnbindNameMethod) == null) {
      synchronized (NameServiceGrpc.class) {
        if ((getUnbindNameMethod = NameServiceGrpc.getUnbindNameMethod) == null) {
          NameServiceGrpc.getUnbindNameMethod = getUnbindNameMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.UnbindNameRequest, io.quorate.v1.UnbindNameResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UnbindName"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.UnbindNameRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.UnbindNameResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NameServiceMethodDescriptorSupplier("UnbindName"))
              .build();
        }
      }
    }
    return getUnbindNameMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetNameRequest,
      io.quorate.v1.GetNameResponse> getGetNameMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetName",
      requestType = io.quorate.v1.GetNameRequest.class,
      responseType = io.quorate.v1.GetNameResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetNameRequest,
      io.quorate.v1.GetNameResponse> getGetNameMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetNameRequest, io.quorate.v1.GetNameResponse> getGetNameMethod;
    if ((getGetNameMethod = NameServiceGrpc.getGetNameMethod) == null) {
      synchronized (NameServiceGrpc.class) {
        if ((getGetNameMethod = NameServiceGrpc.getGetNameMethod) == null) {
          NameServiceGrpc.getGetNameMethod = getGetNameMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetNameRequest, io.quorate.v1.GetNameResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetName"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetNameRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetNameResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NameServiceMethodDescriptorSupplier("GetName"))
              .build();
        }
      }
    }
    return getGetNameMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListNamesRequest,
      io.quorate.v1.ListNamesResponse> getListNamesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNames",
      requestType = io.quorate.v1.ListNamesRequest.class,
      responseType = io.quorate.v1.ListNamesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListNamesRequest,
      io.quorate.v1.ListNamesResponse> getListNamesMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListNamesRequest, io.quorate.v1.ListNamesResponse> getListNamesMethod;
    if ((getListNamesMethod = NameServiceGrpc.getListNamesMethod) == null) {
      synchronized (NameServiceGrpc.class) {
        if ((getListNamesMethod = NameServiceGrpc.getListNamesMethod) == null) {
          NameServiceGrpc.getListNamesMethod = getListNamesMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListNamesRequest, io.quorate.v1.ListNamesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNames"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListNamesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListNamesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NameServiceMethodDescriptorSupplier("ListNames"))
              .build();
        }
      }
    }
    return getListNamesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.WatchNamesRequest,
      io.quorate.v1.WatchNamesResponse> getWatchNamesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchNames",
      requestType = io.quorate.v1.WatchNamesRequest.class,
      responseType = io.quorate.v1.WatchNamesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.WatchNamesRequest,
      io.quorate.v1.WatchNamesResponse> getWatchNamesMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.WatchNamesRequest, io.quorate.v1.WatchNamesResponse> getWatchNamesMethod;
    if ((getWatchNamesMethod = NameServiceGrpc.getWatchNamesMethod) == null) {
      synchronized (NameServiceGrpc.class) {
        if ((getWatchNamesMethod = NameServiceGrpc.getWatchNamesMethod) == null) {
          NameServiceGrpc.getWatchNamesMethod = getWatchNamesMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.WatchNamesRequest, io.quorate.v1.WatchNamesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchNames"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchNamesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchNamesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new NameServiceMethodDescriptorSupplier("WatchNames"))
              .build();
        }
      }
    }
    return getWatchNamesMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static NameServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NameServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NameServiceStub>() {
        @java.lang.Override
        public NameServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NameServiceStub(channel, callOptions);
        }
      };
    return NameServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static NameServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NameServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NameServiceBlockingV2Stub>() {
        @java.lang.Override
        public NameServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NameServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return NameServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static NameServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NameServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NameServiceBlockingStub>() {
        @java.lang.Override
        public NameServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NameServiceBlockingStub(channel, callOptions);
        }
      };
    return NameServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static NameServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<NameServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<NameServiceFutureStub>() {
        @java.lang.Override
        public NameServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new NameServiceFutureStub(channel, callOptions);
        }
      };
    return NameServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
   * and are seen here; they are taken by LockService and ElectionService.
   * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
   * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * BindName binds a path to a value, or gives a binding of the session another value. Does not wait for others. With a
     * request_id a retry is safe, at another agent, too: it is done once, and every attempt gets the same answer.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD, NAME_DELAYED, NAME_CHANGED, NAME_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void bindName(io.quorate.v1.BindNameRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.BindNameResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getBindNameMethod(), responseObserver);
    }

    /**
     * <pre>
     * UnbindName gives up a binding of the session. With a request_id a retry is safe.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_CHANGED, NAME_MISMATCH,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void unbindName(io.quorate.v1.UnbindNameRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.UnbindNameResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUnbindNameMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetName returns the bindings of one path: none when it is free, several when it is shared. Safe to retry.
     * Errors: BAD_REQUEST, NOT_SERVED.
     * </pre>
     */
    default void getName(io.quorate.v1.GetNameRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetNameResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetNameMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListNames lists the bindings of all paths that begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    default void listNames(io.quorate.v1.ListNamesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListNamesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNamesMethod(), responseObserver);
    }

    /**
     * <pre>
     * WatchNames streams the bindings of all paths that begin with a text: first those there are, then each change in order,
     * and bookmarks while nothing changes. Resumes after the cursor of any message, at any agent: what changed in between is
     * told when it is still known, and otherwise the stream begins with all bindings again and says why. A reader that lags gets
     * a new snapshot, too; nothing is skipped in silence. Only changes are told that a majority of the voters hold.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    default void watchNames(io.quorate.v1.WatchNamesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchNamesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchNamesMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service NameService.
   * <pre>
   * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
   * and are seen here; they are taken by LockService and ElectionService.
   * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
   * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static abstract class NameServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return NameServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service NameService.
   * <pre>
   * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
   * and are seen here; they are taken by LockService and ElectionService.
   * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
   * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class NameServiceStub
      extends io.grpc.stub.AbstractAsyncStub<NameServiceStub> {
    private NameServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NameServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NameServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * BindName binds a path to a value, or gives a binding of the session another value. Does not wait for others. With a
     * request_id a retry is safe, at another agent, too: it is done once, and every attempt gets the same answer.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD, NAME_DELAYED, NAME_CHANGED, NAME_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void bindName(io.quorate.v1.BindNameRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.BindNameResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getBindNameMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * UnbindName gives up a binding of the session. With a request_id a retry is safe.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_CHANGED, NAME_MISMATCH,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void unbindName(io.quorate.v1.UnbindNameRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.UnbindNameResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUnbindNameMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetName returns the bindings of one path: none when it is free, several when it is shared. Safe to retry.
     * Errors: BAD_REQUEST, NOT_SERVED.
     * </pre>
     */
    public void getName(io.quorate.v1.GetNameRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetNameResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetNameMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListNames lists the bindings of all paths that begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public void listNames(io.quorate.v1.ListNamesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListNamesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNamesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * WatchNames streams the bindings of all paths that begin with a text: first those there are, then each change in order,
     * and bookmarks while nothing changes. Resumes after the cursor of any message, at any agent: what changed in between is
     * told when it is still known, and otherwise the stream begins with all bindings again and says why. A reader that lags gets
     * a new snapshot, too; nothing is skipped in silence. Only changes are told that a majority of the voters hold.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    public void watchNames(io.quorate.v1.WatchNamesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchNamesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchNamesMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service NameService.
   * <pre>
   * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
   * and are seen here; they are taken by LockService and ElectionService.
   * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
   * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class NameServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<NameServiceBlockingV2Stub> {
    private NameServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NameServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NameServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * BindName binds a path to a value, or gives a binding of the session another value. Does not wait for others. With a
     * request_id a retry is safe, at another agent, too: it is done once, and every attempt gets the same answer.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD, NAME_DELAYED, NAME_CHANGED, NAME_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.BindNameResponse bindName(io.quorate.v1.BindNameRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getBindNameMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * UnbindName gives up a binding of the session. With a request_id a retry is safe.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_CHANGED, NAME_MISMATCH,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.UnbindNameResponse unbindName(io.quorate.v1.UnbindNameRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUnbindNameMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetName returns the bindings of one path: none when it is free, several when it is shared. Safe to retry.
     * Errors: BAD_REQUEST, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetNameResponse getName(io.quorate.v1.GetNameRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetNameMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListNames lists the bindings of all paths that begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.ListNamesResponse listNames(io.quorate.v1.ListNamesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNamesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchNames streams the bindings of all paths that begin with a text: first those there are, then each change in order,
     * and bookmarks while nothing changes. Resumes after the cursor of any message, at any agent: what changed in between is
     * told when it is still known, and otherwise the stream begins with all bindings again and says why. A reader that lags gets
     * a new snapshot, too; nothing is skipped in silence. Only changes are told that a majority of the voters hold.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.WatchNamesResponse>
        watchNames(io.quorate.v1.WatchNamesRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchNamesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service NameService.
   * <pre>
   * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
   * and are seen here; they are taken by LockService and ElectionService.
   * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
   * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class NameServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<NameServiceBlockingStub> {
    private NameServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NameServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NameServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * BindName binds a path to a value, or gives a binding of the session another value. Does not wait for others. With a
     * request_id a retry is safe, at another agent, too: it is done once, and every attempt gets the same answer.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD, NAME_DELAYED, NAME_CHANGED, NAME_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.BindNameResponse bindName(io.quorate.v1.BindNameRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getBindNameMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * UnbindName gives up a binding of the session. With a request_id a retry is safe.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_CHANGED, NAME_MISMATCH,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.UnbindNameResponse unbindName(io.quorate.v1.UnbindNameRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUnbindNameMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetName returns the bindings of one path: none when it is free, several when it is shared. Safe to retry.
     * Errors: BAD_REQUEST, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetNameResponse getName(io.quorate.v1.GetNameRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetNameMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListNames lists the bindings of all paths that begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.ListNamesResponse listNames(io.quorate.v1.ListNamesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNamesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchNames streams the bindings of all paths that begin with a text: first those there are, then each change in order,
     * and bookmarks while nothing changes. Resumes after the cursor of any message, at any agent: what changed in between is
     * told when it is still known, and otherwise the stream begins with all bindings again and says why. A reader that lags gets
     * a new snapshot, too; nothing is skipped in silence. Only changes are told that a majority of the voters hold.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.WatchNamesResponse> watchNames(
        io.quorate.v1.WatchNamesRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchNamesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service NameService.
   * <pre>
   * Bindings of hierarchical paths to values, each owned by a session, exclusively or shared. Locks and offices are names, too,
   * and are seen here; they are taken by LockService and ElectionService.
   * A path has segments with '/' between them, of 1 to 255 bytes each without control characters, none of them '.' or '..'; 1,024
   * bytes in all at most. Every change may wait up to 10 s while another member takes the lead, then fails with NOT_SERVED.
   * </pre>
   */
  public static final class NameServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<NameServiceFutureStub> {
    private NameServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected NameServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new NameServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * BindName binds a path to a value, or gives a binding of the session another value. Does not wait for others. With a
     * request_id a retry is safe, at another agent, too: it is done once, and every attempt gets the same answer.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD, NAME_DELAYED, NAME_CHANGED, NAME_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.BindNameResponse> bindName(
        io.quorate.v1.BindNameRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getBindNameMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * UnbindName gives up a binding of the session. With a request_id a retry is safe.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_CHANGED, NAME_MISMATCH,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.UnbindNameResponse> unbindName(
        io.quorate.v1.UnbindNameRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUnbindNameMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetName returns the bindings of one path: none when it is free, several when it is shared. Safe to retry.
     * Errors: BAD_REQUEST, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetNameResponse> getName(
        io.quorate.v1.GetNameRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetNameMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListNames lists the bindings of all paths that begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListNamesResponse> listNames(
        io.quorate.v1.ListNamesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNamesMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_BIND_NAME = 0;
  private static final int METHODID_UNBIND_NAME = 1;
  private static final int METHODID_GET_NAME = 2;
  private static final int METHODID_LIST_NAMES = 3;
  private static final int METHODID_WATCH_NAMES = 4;

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
        case METHODID_BIND_NAME:
          serviceImpl.bindName((io.quorate.v1.BindNameRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.BindNameResponse>) responseObserver);
          break;
        case METHODID_UNBIND_NAME:
          serviceImpl.unbindName((io.quorate.v1.UnbindNameRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.UnbindNameResponse>) responseObserver);
          break;
        case METHODID_GET_NAME:
          serviceImpl.getName((io.quorate.v1.GetNameRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetNameResponse>) responseObserver);
          break;
        case METHODID_LIST_NAMES:
          serviceImpl.listNames((io.quorate.v1.ListNamesRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListNamesResponse>) responseObserver);
          break;
        case METHODID_WATCH_NAMES:
          serviceImpl.watchNames((io.quorate.v1.WatchNamesRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.WatchNamesResponse>) responseObserver);
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
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getBindNameMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.BindNameRequest,
              io.quorate.v1.BindNameResponse>(
                service, METHODID_BIND_NAME)))
        .addMethod(
          getUnbindNameMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.UnbindNameRequest,
              io.quorate.v1.UnbindNameResponse>(
                service, METHODID_UNBIND_NAME)))
        .addMethod(
          getGetNameMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetNameRequest,
              io.quorate.v1.GetNameResponse>(
                service, METHODID_GET_NAME)))
        .addMethod(
          getListNamesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListNamesRequest,
              io.quorate.v1.ListNamesResponse>(
                service, METHODID_LIST_NAMES)))
        .addMethod(
          getWatchNamesMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.WatchNamesRequest,
              io.quorate.v1.WatchNamesResponse>(
                service, METHODID_WATCH_NAMES)))
        .build();
  }

  private static abstract class NameServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    NameServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.NameProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("NameService");
    }
  }

  private static final class NameServiceFileDescriptorSupplier
      extends NameServiceBaseDescriptorSupplier {
    NameServiceFileDescriptorSupplier() {}
  }

  private static final class NameServiceMethodDescriptorSupplier
      extends NameServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    NameServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (NameServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new NameServiceFileDescriptorSupplier())
              .addMethod(getBindNameMethod())
              .addMethod(getUnbindNameMethod())
              .addMethod(getGetNameMethod())
              .addMethod(getListNamesMethod())
              .addMethod(getWatchNamesMethod())
              .build();
        }
      }
    }
    return result;
  }
}
