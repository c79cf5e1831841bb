package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
 * fencing token.
 * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
 * so long, so that whoever held it has time to notice.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class LockServiceGrpc {

  private LockServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.LockService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.AcquireLockRequest,
      io.quorate.v1.AcquireLockResponse> getAcquireLockMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AcquireLock",
      requestType = io.quorate.v1.AcquireLockRequest.class,
      responseType = io.quorate.v1.AcquireLockResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.AcquireLockRequest,
      io.quorate.v1.AcquireLockResponse> getAcquireLockMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.AcquireLockRequest, io.quorate.v1.AcquireLockResponse> getAcquireLockMethod;
    if ((getAcquireLockMethod = LockServiceGrpc.getAcquireLockMethod) == null) {
      synchronized (LockServiceGrpc.class) {
        if ((getAcquireLockMethod = LockServiceGrpc.getAcquireLockMethod) == null) {
          LockServiceGrpc.getAcquireLockMethod = getAcquireLockMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.AcquireLockRequest, io.quorate.v1.AcquireLockResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AcquireLock"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.AcquireLockRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.AcquireLockResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LockServiceMethodDescriptorSupplier("AcquireLock"))
              .build();
        }
      }
    }
    return getAcquireLockMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ReleaseLockRequest,
      io.quorate.v1.ReleaseLockResponse> getReleaseLockMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReleaseLock",
      requestType = io.quorate.v1.ReleaseLockRequest.class,
      responseType = io.quorate.v1.ReleaseLockResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ReleaseLockRequest,
      io.quorate.v1.ReleaseLockResponse> getReleaseLockMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ReleaseLockRequest, io.quorate.v1.ReleaseLockResponse> getReleaseLockMethod;
    if ((getReleaseLockMethod = LockServiceGrpc.getReleaseLockMethod) == null) {
      synchronized (LockServiceGrpc.class) {
        if ((getReleaseLockMethod = LockServiceGrpc.getReleaseLockMethod) == null) {
          LockServiceGrpc.getReleaseLockMethod = getReleaseLockMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ReleaseLockRequest, io.quorate.v1.ReleaseLockResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReleaseLock"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ReleaseLockRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ReleaseLockResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LockServiceMethodDescriptorSupplier("ReleaseLock"))
              .build();
        }
      }
    }
    return getReleaseLockMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.HoldLockRequest,
      io.quorate.v1.HoldLockResponse> getHoldLockMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "HoldLock",
      requestType = io.quorate.v1.HoldLockRequest.class,
      responseType = io.quorate.v1.HoldLockResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.HoldLockRequest,
      io.quorate.v1.HoldLockResponse> getHoldLockMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.HoldLockRequest, io.quorate.v1.HoldLockResponse> getHoldLockMethod;
    if ((getHoldLockMethod = LockServiceGrpc.getHoldLockMethod) == null) {
      synchronized (LockServiceGrpc.class) {
        if ((getHoldLockMethod = LockServiceGrpc.getHoldLockMethod) == null) {
          LockServiceGrpc.getHoldLockMethod = getHoldLockMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.HoldLockRequest, io.quorate.v1.HoldLockResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "HoldLock"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.HoldLockRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.HoldLockResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LockServiceMethodDescriptorSupplier("HoldLock"))
              .build();
        }
      }
    }
    return getHoldLockMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetLockRequest,
      io.quorate.v1.GetLockResponse> getGetLockMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetLock",
      requestType = io.quorate.v1.GetLockRequest.class,
      responseType = io.quorate.v1.GetLockResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetLockRequest,
      io.quorate.v1.GetLockResponse> getGetLockMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetLockRequest, io.quorate.v1.GetLockResponse> getGetLockMethod;
    if ((getGetLockMethod = LockServiceGrpc.getGetLockMethod) == null) {
      synchronized (LockServiceGrpc.class) {
        if ((getGetLockMethod = LockServiceGrpc.getGetLockMethod) == null) {
          LockServiceGrpc.getGetLockMethod = getGetLockMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetLockRequest, io.quorate.v1.GetLockResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetLock"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetLockRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetLockResponse.getDefaultInstance()))
              .setSchemaDescriptor(new LockServiceMethodDescriptorSupplier("GetLock"))
              .build();
        }
      }
    }
    return getGetLockMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static LockServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LockServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LockServiceStub>() {
        @java.lang.Override
        public LockServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LockServiceStub(channel, callOptions);
        }
      };
    return LockServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static LockServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LockServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LockServiceBlockingV2Stub>() {
        @java.lang.Override
        public LockServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LockServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return LockServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static LockServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LockServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LockServiceBlockingStub>() {
        @java.lang.Override
        public LockServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LockServiceBlockingStub(channel, callOptions);
        }
      };
    return LockServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static LockServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<LockServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<LockServiceFutureStub>() {
        @java.lang.Override
        public LockServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new LockServiceFutureStub(channel, callOptions);
        }
      };
    return LockServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
   * fencing token.
   * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
   * so long, so that whoever held it has time to notice.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * AcquireLock takes a lock for a session. Blocks until it is granted, or until the call's deadline or cancellation: the place
     * in the queue stays with the session then, and the same call takes it up again. Safe to retry: who holds it gets the same
     * token. With `no_wait` it does not queue.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD and NAME_DELAYED (with no_wait),
     * NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void acquireLock(io.quorate.v1.AcquireLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.AcquireLockResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAcquireLockMethod(), responseObserver);
    }

    /**
     * <pre>
     * ReleaseLock gives up a lock, or the place in the queue. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    default void releaseLock(io.quorate.v1.ReleaseLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ReleaseLockResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReleaseLockMethod(), responseObserver);
    }

    /**
     * <pre>
     * HoldLock takes a lock and holds it for as long as the stream lasts. With a session it is the session's lock, which goes on
     * when the stream breaks; without one the call is the session: the agent keeps it alive, and closes it when the call ends.
     * When it has to be waited for, a message says so first. The next one says that the lock is held, with its token; then comes
     * one each time that its time is extended; the last one says that it is lost, and why, before anybody else can have it. The
     * caller may act until `valid_for` after a message
     * was sent, and no longer: take off what it may have taken on its way, or go by KeepAlive and a clock of your own. Whatever
     * must be safe against a caller that is stopped for a while needs the token. Not safe to repeat: a second call is another holder.
     * Errors: those of AcquireLock, and STOPPING.
     * </pre>
     */
    default void holdLock(io.quorate.v1.HoldLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.HoldLockResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getHoldLockMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetLock returns who holds a lock and who queues for it. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    default void getLock(io.quorate.v1.GetLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetLockResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetLockMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service LockService.
   * <pre>
   * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
   * fencing token.
   * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
   * so long, so that whoever held it has time to notice.
   * </pre>
   */
  public static abstract class LockServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return LockServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service LockService.
   * <pre>
   * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
   * fencing token.
   * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
   * so long, so that whoever held it has time to notice.
   * </pre>
   */
  public static final class LockServiceStub
      extends io.grpc.stub.AbstractAsyncStub<LockServiceStub> {
    private LockServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LockServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LockServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * AcquireLock takes a lock for a session. Blocks until it is granted, or until the call's deadline or cancellation: the place
     * in the queue stays with the session then, and the same call takes it up again. Safe to retry: who holds it gets the same
     * token. With `no_wait` it does not queue.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD and NAME_DELAYED (with no_wait),
     * NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void acquireLock(io.quorate.v1.AcquireLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.AcquireLockResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAcquireLockMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ReleaseLock gives up a lock, or the place in the queue. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public void releaseLock(io.quorate.v1.ReleaseLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ReleaseLockResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReleaseLockMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * HoldLock takes a lock and holds it for as long as the stream lasts. With a session it is the session's lock, which goes on
     * when the stream breaks; without one the call is the session: the agent keeps it alive, and closes it when the call ends.
     * When it has to be waited for, a message says so first. The next one says that the lock is held, with its token; then comes
     * one each time that its time is extended; the last one says that it is lost, and why, before anybody else can have it. The
     * caller may act until `valid_for` after a message
     * was sent, and no longer: take off what it may have taken on its way, or go by KeepAlive and a clock of your own. Whatever
     * must be safe against a caller that is stopped for a while needs the token. Not safe to repeat: a second call is another holder.
     * Errors: those of AcquireLock, and STOPPING.
     * </pre>
     */
    public void holdLock(io.quorate.v1.HoldLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.HoldLockResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getHoldLockMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetLock returns who holds a lock and who queues for it. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public void getLock(io.quorate.v1.GetLockRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetLockResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetLockMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service LockService.
   * <pre>
   * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
   * fencing token.
   * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
   * so long, so that whoever held it has time to notice.
   * </pre>
   */
  public static final class LockServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<LockServiceBlockingV2Stub> {
    private LockServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LockServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LockServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * AcquireLock takes a lock for a session. Blocks until it is granted, or until the call's deadline or cancellation: the place
     * in the queue stays with the session then, and the same call takes it up again. Safe to retry: who holds it gets the same
     * token. With `no_wait` it does not queue.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD and NAME_DELAYED (with no_wait),
     * NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.AcquireLockResponse acquireLock(io.quorate.v1.AcquireLockRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAcquireLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ReleaseLock gives up a lock, or the place in the queue. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.ReleaseLockResponse releaseLock(io.quorate.v1.ReleaseLockRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReleaseLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * HoldLock takes a lock and holds it for as long as the stream lasts. With a session it is the session's lock, which goes on
     * when the stream breaks; without one the call is the session: the agent keeps it alive, and closes it when the call ends.
     * When it has to be waited for, a message says so first. The next one says that the lock is held, with its token; then comes
     * one each time that its time is extended; the last one says that it is lost, and why, before anybody else can have it. The
     * caller may act until `valid_for` after a message
     * was sent, and no longer: take off what it may have taken on its way, or go by KeepAlive and a clock of your own. Whatever
     * must be safe against a caller that is stopped for a while needs the token. Not safe to repeat: a second call is another holder.
     * Errors: those of AcquireLock, and STOPPING.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.HoldLockResponse>
        holdLock(io.quorate.v1.HoldLockRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getHoldLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetLock returns who holds a lock and who queues for it. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetLockResponse getLock(io.quorate.v1.GetLockRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetLockMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service LockService.
   * <pre>
   * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
   * fencing token.
   * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
   * so long, so that whoever held it has time to notice.
   * </pre>
   */
  public static final class LockServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<LockServiceBlockingStub> {
    private LockServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LockServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LockServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * AcquireLock takes a lock for a session. Blocks until it is granted, or until the call's deadline or cancellation: the place
     * in the queue stays with the session then, and the same call takes it up again. Safe to retry: who holds it gets the same
     * token. With `no_wait` it does not queue.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD and NAME_DELAYED (with no_wait),
     * NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.AcquireLockResponse acquireLock(io.quorate.v1.AcquireLockRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAcquireLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ReleaseLock gives up a lock, or the place in the queue. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.ReleaseLockResponse releaseLock(io.quorate.v1.ReleaseLockRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReleaseLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * HoldLock takes a lock and holds it for as long as the stream lasts. With a session it is the session's lock, which goes on
     * when the stream breaks; without one the call is the session: the agent keeps it alive, and closes it when the call ends.
     * When it has to be waited for, a message says so first. The next one says that the lock is held, with its token; then comes
     * one each time that its time is extended; the last one says that it is lost, and why, before anybody else can have it. The
     * caller may act until `valid_for` after a message
     * was sent, and no longer: take off what it may have taken on its way, or go by KeepAlive and a clock of your own. Whatever
     * must be safe against a caller that is stopped for a while needs the token. Not safe to repeat: a second call is another holder.
     * Errors: those of AcquireLock, and STOPPING.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.HoldLockResponse> holdLock(
        io.quorate.v1.HoldLockRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getHoldLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetLock returns who holds a lock and who queues for it. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetLockResponse getLock(io.quorate.v1.GetLockRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetLockMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service LockService.
   * <pre>
   * Locks: exclusive, shared, or held by so many at once. The queue is fair: who comes later never overtakes. Every grant has a
   * fencing token.
   * A lock belongs to a session and is free when that ends. When a session expires, a lock with a delay stays free of holders for
   * so long, so that whoever held it has time to notice.
   * </pre>
   */
  public static final class LockServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<LockServiceFutureStub> {
    private LockServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected LockServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new LockServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * AcquireLock takes a lock for a session. Blocks until it is granted, or until the call's deadline or cancellation: the place
     * in the queue stays with the session then, and the same call takes it up again. Safe to retry: who holds it gets the same
     * token. With `no_wait` it does not queue.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_HELD and NAME_DELAYED (with no_wait),
     * NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.AcquireLockResponse> acquireLock(
        io.quorate.v1.AcquireLockRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAcquireLockMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ReleaseLock gives up a lock, or the place in the queue. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ReleaseLockResponse> releaseLock(
        io.quorate.v1.ReleaseLockRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReleaseLockMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetLock returns who holds a lock and who queues for it. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetLockResponse> getLock(
        io.quorate.v1.GetLockRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetLockMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_ACQUIRE_LOCK = 0;
  private static final int METHODID_RELEASE_LOCK = 1;
  private static final int METHODID_HOLD_LOCK = 2;
  private static final int METHODID_GET_LOCK = 3;

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
        case METHODID_ACQUIRE_LOCK:
          serviceImpl.acquireLock((io.quorate.v1.AcquireLockRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.AcquireLockResponse>) responseObserver);
          break;
        case METHODID_RELEASE_LOCK:
          serviceImpl.releaseLock((io.quorate.v1.ReleaseLockRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ReleaseLockResponse>) responseObserver);
          break;
        case METHODID_HOLD_LOCK:
          serviceImpl.holdLock((io.quorate.v1.HoldLockRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.HoldLockResponse>) responseObserver);
          break;
        case METHODID_GET_LOCK:
          serviceImpl.getLock((io.quorate.v1.GetLockRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetLockResponse>) responseObserver);
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
          getAcquireLockMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.AcquireLockRequest,
              io.quorate.v1.AcquireLockResponse>(
                service, METHODID_ACQUIRE_LOCK)))
        .addMethod(
          getReleaseLockMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ReleaseLockRequest,
              io.quorate.v1.ReleaseLockResponse>(
                service, METHODID_RELEASE_LOCK)))
        .addMethod(
          getHoldLockMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.HoldLockRequest,
              io.quorate.v1.HoldLockResponse>(
                service, METHODID_HOLD_LOCK)))
        .addMethod(
          getGetLockMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetLockRequest,
              io.quorate.v1.GetLockResponse>(
                service, METHODID_GET_LOCK)))
        .build();
  }

  private static abstract class LockServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    LockServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.LockProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("LockService");
    }
  }

  private static final class LockServiceFileDescriptorSupplier
      extends LockServiceBaseDescriptorSupplier {
    LockServiceFileDescriptorSupplier() {}
  }

  private static final class LockServiceMethodDescriptorSupplier
      extends LockServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    LockServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (LockServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new LockServiceFileDescriptorSupplier())
              .addMethod(getAcquireLockMethod())
              .addMethod(getReleaseLockMethod())
              .addMethod(getHoldLockMethod())
              .addMethod(getGetLockMethod())
              .build();
        }
      }
    }
    return result;
  }
}
