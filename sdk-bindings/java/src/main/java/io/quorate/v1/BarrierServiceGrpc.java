package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
 * a generation, and generations rise. A double barrier also has its participants leave together.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class BarrierServiceGrpc {

  private BarrierServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.BarrierService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.EnterBarrierRequest,
      io.quorate.v1.EnterBarrierResponse> getEnterBarrierMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "EnterBarrier",
      requestType = io.quorate.v1.EnterBarrierRequest.class,
      responseType = io.quorate.v1.EnterBarrierResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.EnterBarrierRequest,
      io.quorate.v1.EnterBarrierResponse> getEnterBarrierMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.EnterBarrierRequest, io.quorate.v1.EnterBarrierResponse> getEnterBarrierMethod;
    if ((getEnterBarrierMethod = BarrierServiceGrpc.getEnterBarrierMethod) == null) {
      synchronized (BarrierServiceGrpc.class) {
        if ((getEnterBarrierMethod = BarrierServiceGrpc.getEnterBarrierMethod) == null) {
          BarrierServiceGrpc.getEnterBarrierMethod = getEnterBarrierMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.EnterBarrierRequest, io.quorate.v1.EnterBarrierResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "EnterBarrier"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.EnterBarrierRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.EnterBarrierResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BarrierServiceMethodDescriptorSupplier("EnterBarrier"))
              .build();
        }
      }
    }
    return getEnterBarrierMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.LeaveBarrierRequest,
      io.quorate.v1.LeaveBarrierResponse> getLeaveBarrierMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "LeaveBarrier",
      requestType = io.quorate.v1.LeaveBarrierRequest.class,
      responseType = io.quorate.v1.LeaveBarrierResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.LeaveBarrierRequest,
      io.quorate.v1.LeaveBarrierResponse> getLeaveBarrierMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.LeaveBarrierRequest, io.quorate.v1.LeaveBarrierResponse> getLeaveBarrierMethod;
    if ((getLeaveBarrierMethod = BarrierServiceGrpc.getLeaveBarrierMethod) == null) {
      synchronized (BarrierServiceGrpc.class) {
        if ((getLeaveBarrierMethod = BarrierServiceGrpc.getLeaveBarrierMethod) == null) {
          BarrierServiceGrpc.getLeaveBarrierMethod = getLeaveBarrierMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.LeaveBarrierRequest, io.quorate.v1.LeaveBarrierResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "LeaveBarrier"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.LeaveBarrierRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.LeaveBarrierResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BarrierServiceMethodDescriptorSupplier("LeaveBarrier"))
              .build();
        }
      }
    }
    return getLeaveBarrierMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetBarrierRequest,
      io.quorate.v1.GetBarrierResponse> getGetBarrierMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetBarrier",
      requestType = io.quorate.v1.GetBarrierRequest.class,
      responseType = io.quorate.v1.GetBarrierResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetBarrierRequest,
      io.quorate.v1.GetBarrierResponse> getGetBarrierMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetBarrierRequest, io.quorate.v1.GetBarrierResponse> getGetBarrierMethod;
    if ((getGetBarrierMethod = BarrierServiceGrpc.getGetBarrierMethod) == null) {
      synchronized (BarrierServiceGrpc.class) {
        if ((getGetBarrierMethod = BarrierServiceGrpc.getGetBarrierMethod) == null) {
          BarrierServiceGrpc.getGetBarrierMethod = getGetBarrierMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetBarrierRequest, io.quorate.v1.GetBarrierResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetBarrier"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetBarrierRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetBarrierResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BarrierServiceMethodDescriptorSupplier("GetBarrier"))
              .build();
        }
      }
    }
    return getGetBarrierMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListBarriersRequest,
      io.quorate.v1.ListBarriersResponse> getListBarriersMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListBarriers",
      requestType = io.quorate.v1.ListBarriersRequest.class,
      responseType = io.quorate.v1.ListBarriersResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListBarriersRequest,
      io.quorate.v1.ListBarriersResponse> getListBarriersMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListBarriersRequest, io.quorate.v1.ListBarriersResponse> getListBarriersMethod;
    if ((getListBarriersMethod = BarrierServiceGrpc.getListBarriersMethod) == null) {
      synchronized (BarrierServiceGrpc.class) {
        if ((getListBarriersMethod = BarrierServiceGrpc.getListBarriersMethod) == null) {
          BarrierServiceGrpc.getListBarriersMethod = getListBarriersMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListBarriersRequest, io.quorate.v1.ListBarriersResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListBarriers"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListBarriersRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListBarriersResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BarrierServiceMethodDescriptorSupplier("ListBarriers"))
              .build();
        }
      }
    }
    return getListBarriersMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.WatchBarrierRequest,
      io.quorate.v1.WatchBarrierResponse> getWatchBarrierMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchBarrier",
      requestType = io.quorate.v1.WatchBarrierRequest.class,
      responseType = io.quorate.v1.WatchBarrierResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.WatchBarrierRequest,
      io.quorate.v1.WatchBarrierResponse> getWatchBarrierMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.WatchBarrierRequest, io.quorate.v1.WatchBarrierResponse> getWatchBarrierMethod;
    if ((getWatchBarrierMethod = BarrierServiceGrpc.getWatchBarrierMethod) == null) {
      synchronized (BarrierServiceGrpc.class) {
        if ((getWatchBarrierMethod = BarrierServiceGrpc.getWatchBarrierMethod) == null) {
          BarrierServiceGrpc.getWatchBarrierMethod = getWatchBarrierMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.WatchBarrierRequest, io.quorate.v1.WatchBarrierResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchBarrier"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchBarrierRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchBarrierResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BarrierServiceMethodDescriptorSupplier("WatchBarrier"))
              .build();
        }
      }
    }
    return getWatchBarrierMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.AbortBarrierRequest,
      io.quorate.v1.AbortBarrierResponse> getAbortBarrierMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "AbortBarrier",
      requestType = io.quorate.v1.AbortBarrierRequest.class,
      responseType = io.quorate.v1.AbortBarrierResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.AbortBarrierRequest,
      io.quorate.v1.AbortBarrierResponse> getAbortBarrierMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.AbortBarrierRequest, io.quorate.v1.AbortBarrierResponse> getAbortBarrierMethod;
    if ((getAbortBarrierMethod = BarrierServiceGrpc.getAbortBarrierMethod) == null) {
      synchronized (BarrierServiceGrpc.class) {
        if ((getAbortBarrierMethod = BarrierServiceGrpc.getAbortBarrierMethod) == null) {
          BarrierServiceGrpc.getAbortBarrierMethod = getAbortBarrierMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.AbortBarrierRequest, io.quorate.v1.AbortBarrierResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "AbortBarrier"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.AbortBarrierRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.AbortBarrierResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BarrierServiceMethodDescriptorSupplier("AbortBarrier"))
              .build();
        }
      }
    }
    return getAbortBarrierMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static BarrierServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BarrierServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BarrierServiceStub>() {
        @java.lang.Override
        public BarrierServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BarrierServiceStub(channel, callOptions);
        }
      };
    return BarrierServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static BarrierServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BarrierServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BarrierServiceBlockingV2Stub>() {
        @java.lang.Override
        public BarrierServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BarrierServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return BarrierServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static BarrierServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BarrierServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BarrierServiceBlockingStub>() {
        @java.lang.Override
        public BarrierServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BarrierServiceBlockingStub(channel, callOptions);
        }
      };
    return BarrierServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static BarrierServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BarrierServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BarrierServiceFutureStub>() {
        @java.lang.Override
        public BarrierServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BarrierServiceFutureStub(channel, callOptions);
        }
      };
    return BarrierServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
   * a generation, and generations rise. A double barrier also has its participants leave together.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * EnterBarrier comes to a barrier. Blocks until all are there, or until the call's deadline or cancellation: with a session
     * the place stays then, and the same call with the same request_id takes it up again, and gets the same answer if all were
     * there meanwhile. Without a session the call is the session: when it ends before all are there, the place goes; when all
     * were there, it has ended.
     * Errors: BAD_REQUEST, the SESSION reasons, BARRIER_BROKEN (aborted, too late, a participant went), BARRIER_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    default void enterBarrier(io.quorate.v1.EnterBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.EnterBarrierResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEnterBarrierMethod(), responseObserver);
    }

    /**
     * <pre>
     * LeaveBarrier leaves the inside of a double barrier: blocks until all who are inside have come to leave or have ended, or
     * until the call's deadline or cancellation, and the same call with the same request_id then waits on. Of a barrier where the
     * session still waits for others, it goes away at once.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_BROKEN, BARRIER_NOT_THERE, NOT_SERVED,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    default void leaveBarrier(io.quorate.v1.LeaveBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.LeaveBarrierResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getLeaveBarrierMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetBarrier returns how a barrier stands, and who is missing. Safe to retry.
     * Errors: BAD_REQUEST, BARRIER_NOT_THERE (nobody has come to it), NOT_SERVED.
     * </pre>
     */
    default void getBarrier(io.quorate.v1.GetBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetBarrierResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetBarrierMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListBarriers lists barriers whose paths begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    default void listBarriers(io.quorate.v1.ListBarriersRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListBarriersResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListBarriersMethod(), responseObserver);
    }

    /**
     * <pre>
     * WatchBarrier streams how a barrier stands: as it is now, then each time that this changes, and bookmarks while it does not.
     * A reader that lags may miss steps in between, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    default void watchBarrier(io.quorate.v1.WatchBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchBarrierResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchBarrierMethod(), responseObserver);
    }

    /**
     * <pre>
     * AbortBarrier ends the present generation without passing: all who wait are told so, with the reason. Only for who takes
     * part. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_NOT_THERE, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void abortBarrier(io.quorate.v1.AbortBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.AbortBarrierResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getAbortBarrierMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service BarrierService.
   * <pre>
   * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
   * a generation, and generations rise. A double barrier also has its participants leave together.
   * </pre>
   */
  public static abstract class BarrierServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return BarrierServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service BarrierService.
   * <pre>
   * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
   * a generation, and generations rise. A double barrier also has its participants leave together.
   * </pre>
   */
  public static final class BarrierServiceStub
      extends io.grpc.stub.AbstractAsyncStub<BarrierServiceStub> {
    private BarrierServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BarrierServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BarrierServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * EnterBarrier comes to a barrier. Blocks until all are there, or until the call's deadline or cancellation: with a session
     * the place stays then, and the same call with the same request_id takes it up again, and gets the same answer if all were
     * there meanwhile. Without a session the call is the session: when it ends before all are there, the place goes; when all
     * were there, it has ended.
     * Errors: BAD_REQUEST, the SESSION reasons, BARRIER_BROKEN (aborted, too late, a participant went), BARRIER_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public void enterBarrier(io.quorate.v1.EnterBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.EnterBarrierResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEnterBarrierMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * LeaveBarrier leaves the inside of a double barrier: blocks until all who are inside have come to leave or have ended, or
     * until the call's deadline or cancellation, and the same call with the same request_id then waits on. Of a barrier where the
     * session still waits for others, it goes away at once.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_BROKEN, BARRIER_NOT_THERE, NOT_SERVED,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public void leaveBarrier(io.quorate.v1.LeaveBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.LeaveBarrierResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getLeaveBarrierMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetBarrier returns how a barrier stands, and who is missing. Safe to retry.
     * Errors: BAD_REQUEST, BARRIER_NOT_THERE (nobody has come to it), NOT_SERVED.
     * </pre>
     */
    public void getBarrier(io.quorate.v1.GetBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetBarrierResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetBarrierMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListBarriers lists barriers whose paths begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public void listBarriers(io.quorate.v1.ListBarriersRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListBarriersResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListBarriersMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * WatchBarrier streams how a barrier stands: as it is now, then each time that this changes, and bookmarks while it does not.
     * A reader that lags may miss steps in between, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    public void watchBarrier(io.quorate.v1.WatchBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchBarrierResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchBarrierMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * AbortBarrier ends the present generation without passing: all who wait are told so, with the reason. Only for who takes
     * part. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_NOT_THERE, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void abortBarrier(io.quorate.v1.AbortBarrierRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.AbortBarrierResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getAbortBarrierMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service BarrierService.
   * <pre>
   * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
   * a generation, and generations rise. A double barrier also has its participants leave together.
   * </pre>
   */
  public static final class BarrierServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<BarrierServiceBlockingV2Stub> {
    private BarrierServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BarrierServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BarrierServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * EnterBarrier comes to a barrier. Blocks until all are there, or until the call's deadline or cancellation: with a session
     * the place stays then, and the same call with the same request_id takes it up again, and gets the same answer if all were
     * there meanwhile. Without a session the call is the session: when it ends before all are there, the place goes; when all
     * were there, it has ended.
     * Errors: BAD_REQUEST, the SESSION reasons, BARRIER_BROKEN (aborted, too late, a participant went), BARRIER_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.EnterBarrierResponse enterBarrier(io.quorate.v1.EnterBarrierRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEnterBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * LeaveBarrier leaves the inside of a double barrier: blocks until all who are inside have come to leave or have ended, or
     * until the call's deadline or cancellation, and the same call with the same request_id then waits on. Of a barrier where the
     * session still waits for others, it goes away at once.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_BROKEN, BARRIER_NOT_THERE, NOT_SERVED,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.LeaveBarrierResponse leaveBarrier(io.quorate.v1.LeaveBarrierRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getLeaveBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetBarrier returns how a barrier stands, and who is missing. Safe to retry.
     * Errors: BAD_REQUEST, BARRIER_NOT_THERE (nobody has come to it), NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetBarrierResponse getBarrier(io.quorate.v1.GetBarrierRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListBarriers lists barriers whose paths begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.ListBarriersResponse listBarriers(io.quorate.v1.ListBarriersRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListBarriersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchBarrier streams how a barrier stands: as it is now, then each time that this changes, and bookmarks while it does not.
     * A reader that lags may miss steps in between, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.WatchBarrierResponse>
        watchBarrier(io.quorate.v1.WatchBarrierRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * AbortBarrier ends the present generation without passing: all who wait are told so, with the reason. Only for who takes
     * part. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_NOT_THERE, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.AbortBarrierResponse abortBarrier(io.quorate.v1.AbortBarrierRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getAbortBarrierMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service BarrierService.
   * <pre>
   * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
   * a generation, and generations rise. A double barrier also has its participants leave together.
   * </pre>
   */
  public static final class BarrierServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<BarrierServiceBlockingStub> {
    private BarrierServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BarrierServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BarrierServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * EnterBarrier comes to a barrier. Blocks until all are there, or until the call's deadline or cancellation: with a session
     * the place stays then, and the same call with the same request_id takes it up again, and gets the same answer if all were
     * there meanwhile. Without a session the call is the session: when it ends before all are there, the place goes; when all
     * were there, it has ended.
     * Errors: BAD_REQUEST, the SESSION reasons, BARRIER_BROKEN (aborted, too late, a participant went), BARRIER_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.EnterBarrierResponse enterBarrier(io.quorate.v1.EnterBarrierRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEnterBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * LeaveBarrier leaves the inside of a double barrier: blocks until all who are inside have come to leave or have ended, or
     * until the call's deadline or cancellation, and the same call with the same request_id then waits on. Of a barrier where the
     * session still waits for others, it goes away at once.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_BROKEN, BARRIER_NOT_THERE, NOT_SERVED,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.LeaveBarrierResponse leaveBarrier(io.quorate.v1.LeaveBarrierRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getLeaveBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetBarrier returns how a barrier stands, and who is missing. Safe to retry.
     * Errors: BAD_REQUEST, BARRIER_NOT_THERE (nobody has come to it), NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetBarrierResponse getBarrier(io.quorate.v1.GetBarrierRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListBarriers lists barriers whose paths begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.ListBarriersResponse listBarriers(io.quorate.v1.ListBarriersRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListBarriersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchBarrier streams how a barrier stands: as it is now, then each time that this changes, and bookmarks while it does not.
     * A reader that lags may miss steps in between, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.WatchBarrierResponse> watchBarrier(
        io.quorate.v1.WatchBarrierRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchBarrierMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * AbortBarrier ends the present generation without passing: all who wait are told so, with the reason. Only for who takes
     * part. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_NOT_THERE, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.AbortBarrierResponse abortBarrier(io.quorate.v1.AbortBarrierRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getAbortBarrierMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service BarrierService.
   * <pre>
   * Barriers: points that a set of participants pass together or not at all. A barrier can be passed again and again: each time is
   * a generation, and generations rise. A double barrier also has its participants leave together.
   * </pre>
   */
  public static final class BarrierServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<BarrierServiceFutureStub> {
    private BarrierServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BarrierServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BarrierServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * EnterBarrier comes to a barrier. Blocks until all are there, or until the call's deadline or cancellation: with a session
     * the place stays then, and the same call with the same request_id takes it up again, and gets the same answer if all were
     * there meanwhile. Without a session the call is the session: when it ends before all are there, the place goes; when all
     * were there, it has ended.
     * Errors: BAD_REQUEST, the SESSION reasons, BARRIER_BROKEN (aborted, too late, a participant went), BARRIER_MISMATCH,
     * LIMIT_REACHED, NOT_SERVED, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.EnterBarrierResponse> enterBarrier(
        io.quorate.v1.EnterBarrierRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEnterBarrierMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * LeaveBarrier leaves the inside of a double barrier: blocks until all who are inside have come to leave or have ended, or
     * until the call's deadline or cancellation, and the same call with the same request_id then waits on. Of a barrier where the
     * session still waits for others, it goes away at once.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_BROKEN, BARRIER_NOT_THERE, NOT_SERVED,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.LeaveBarrierResponse> leaveBarrier(
        io.quorate.v1.LeaveBarrierRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getLeaveBarrierMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetBarrier returns how a barrier stands, and who is missing. Safe to retry.
     * Errors: BAD_REQUEST, BARRIER_NOT_THERE (nobody has come to it), NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetBarrierResponse> getBarrier(
        io.quorate.v1.GetBarrierRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetBarrierMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListBarriers lists barriers whose paths begin with a text, in the order of the paths. Safe to retry.
     * Errors: BAD_REQUEST, BAD_PAGE_TOKEN, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListBarriersResponse> listBarriers(
        io.quorate.v1.ListBarriersRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListBarriersMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * AbortBarrier ends the present generation without passing: all who wait are told so, with the reason. Only for who takes
     * part. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, BARRIER_NOT_THERE, NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.AbortBarrierResponse> abortBarrier(
        io.quorate.v1.AbortBarrierRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getAbortBarrierMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_ENTER_BARRIER = 0;
  private static final int METHODID_LEAVE_BARRIER = 1;
  private static final int METHODID_GET_BARRIER = 2;
  private static final int METHODID_LIST_BARRIERS = 3;
  private static final int METHODID_WATCH_BARRIER = 4;
  private static final int METHODID_ABORT_BARRIER = 5;

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
        case METHODID_ENTER_BARRIER:
          serviceImpl.enterBarrier((io.quorate.v1.EnterBarrierRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.EnterBarrierResponse>) responseObserver);
          break;
        case METHODID_LEAVE_BARRIER:
          serviceImpl.leaveBarrier((io.quorate.v1.LeaveBarrierRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.LeaveBarrierResponse>) responseObserver);
          break;
        case METHODID_GET_BARRIER:
          serviceImpl.getBarrier((io.quorate.v1.GetBarrierRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetBarrierResponse>) responseObserver);
          break;
        case METHODID_LIST_BARRIERS:
          serviceImpl.listBarriers((io.quorate.v1.ListBarriersRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListBarriersResponse>) responseObserver);
          break;
        case METHODID_WATCH_BARRIER:
          serviceImpl.watchBarrier((io.quorate.v1.WatchBarrierRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.WatchBarrierResponse>) responseObserver);
          break;
        case METHODID_ABORT_BARRIER:
          serviceImpl.abortBarrier((io.quorate.v1.AbortBarrierRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.AbortBarrierResponse>) responseObserver);
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
          getEnterBarrierMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.EnterBarrierRequest,
              io.quorate.v1.EnterBarrierResponse>(
                service, METHODID_ENTER_BARRIER)))
        .addMethod(
          getLeaveBarrierMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.LeaveBarrierRequest,
              io.quorate.v1.LeaveBarrierResponse>(
                service, METHODID_LEAVE_BARRIER)))
        .addMethod(
          getGetBarrierMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetBarrierRequest,
              io.quorate.v1.GetBarrierResponse>(
                service, METHODID_GET_BARRIER)))
        .addMethod(
          getListBarriersMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListBarriersRequest,
              io.quorate.v1.ListBarriersResponse>(
                service, METHODID_LIST_BARRIERS)))
        .addMethod(
          getWatchBarrierMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.WatchBarrierRequest,
              io.quorate.v1.WatchBarrierResponse>(
                service, METHODID_WATCH_BARRIER)))
        .addMethod(
          getAbortBarrierMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.AbortBarrierRequest,
              io.quorate.v1.AbortBarrierResponse>(
                service, METHODID_ABORT_BARRIER)))
        .build();
  }

  private static abstract class BarrierServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    BarrierServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.BarrierProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("BarrierService");
    }
  }

  private static final class BarrierServiceFileDescriptorSupplier
      extends BarrierServiceBaseDescriptorSupplier {
    BarrierServiceFileDescriptorSupplier() {}
  }

  private static final class BarrierServiceMethodDescriptorSupplier
      extends BarrierServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    BarrierServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (BarrierServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new BarrierServiceFileDescriptorSupplier())
              .addMethod(getEnterBarrierMethod())
              .addMethod(getLeaveBarrierMethod())
              .addMethod(getGetBarrierMethod())
              .addMethod(getListBarriersMethod())
              .addMethod(getWatchBarrierMethod())
              .addMethod(getAbortBarrierMethod())
              .build();
        }
      }
    }
    return result;
  }
}
