package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
 * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
 * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class RecoveryServiceGrpc {

  private RecoveryServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.RecoveryService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ApplyServicesRequest,
      io.quorate.v1.ApplyServicesResponse> getApplyServicesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ApplyServices",
      requestType = io.quorate.v1.ApplyServicesRequest.class,
      responseType = io.quorate.v1.ApplyServicesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ApplyServicesRequest,
      io.quorate.v1.ApplyServicesResponse> getApplyServicesMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ApplyServicesRequest, io.quorate.v1.ApplyServicesResponse> getApplyServicesMethod;
    if ((getApplyServicesMethod = RecoveryServiceGrpc.getApplyServicesMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getApplyServicesMethod = RecoveryServiceGrpc.getApplyServicesMethod) == null) {
          RecoveryServiceGrpc.getApplyServicesMethod = getApplyServicesMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ApplyServicesRequest, io.quorate.v1.ApplyServicesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ApplyServices"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ApplyServicesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ApplyServicesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("ApplyServices"))
              .build();
        }
      }
    }
    return getApplyServicesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListServicesRequest,
      io.quorate.v1.ListServicesResponse> getListServicesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListServices",
      requestType = io.quorate.v1.ListServicesRequest.class,
      responseType = io.quorate.v1.ListServicesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListServicesRequest,
      io.quorate.v1.ListServicesResponse> getListServicesMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListServicesRequest, io.quorate.v1.ListServicesResponse> getListServicesMethod;
    if ((getListServicesMethod = RecoveryServiceGrpc.getListServicesMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getListServicesMethod = RecoveryServiceGrpc.getListServicesMethod) == null) {
          RecoveryServiceGrpc.getListServicesMethod = getListServicesMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListServicesRequest, io.quorate.v1.ListServicesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListServices"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListServicesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListServicesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("ListServices"))
              .build();
        }
      }
    }
    return getListServicesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ControlServiceRequest,
      io.quorate.v1.ControlServiceResponse> getControlServiceMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ControlService",
      requestType = io.quorate.v1.ControlServiceRequest.class,
      responseType = io.quorate.v1.ControlServiceResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ControlServiceRequest,
      io.quorate.v1.ControlServiceResponse> getControlServiceMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ControlServiceRequest, io.quorate.v1.ControlServiceResponse> getControlServiceMethod;
    if ((getControlServiceMethod = RecoveryServiceGrpc.getControlServiceMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getControlServiceMethod = RecoveryServiceGrpc.getControlServiceMethod) == null) {
          RecoveryServiceGrpc.getControlServiceMethod = getControlServiceMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ControlServiceRequest, io.quorate.v1.ControlServiceResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ControlService"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ControlServiceRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ControlServiceResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("ControlService"))
              .build();
        }
      }
    }
    return getControlServiceMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetRecoveryRequest,
      io.quorate.v1.GetRecoveryResponse> getGetRecoveryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetRecovery",
      requestType = io.quorate.v1.GetRecoveryRequest.class,
      responseType = io.quorate.v1.GetRecoveryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetRecoveryRequest,
      io.quorate.v1.GetRecoveryResponse> getGetRecoveryMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetRecoveryRequest, io.quorate.v1.GetRecoveryResponse> getGetRecoveryMethod;
    if ((getGetRecoveryMethod = RecoveryServiceGrpc.getGetRecoveryMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getGetRecoveryMethod = RecoveryServiceGrpc.getGetRecoveryMethod) == null) {
          RecoveryServiceGrpc.getGetRecoveryMethod = getGetRecoveryMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetRecoveryRequest, io.quorate.v1.GetRecoveryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetRecovery"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetRecoveryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetRecoveryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("GetRecovery"))
              .build();
        }
      }
    }
    return getGetRecoveryMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.WatchRecoveryRequest,
      io.quorate.v1.WatchRecoveryResponse> getWatchRecoveryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchRecovery",
      requestType = io.quorate.v1.WatchRecoveryRequest.class,
      responseType = io.quorate.v1.WatchRecoveryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.WatchRecoveryRequest,
      io.quorate.v1.WatchRecoveryResponse> getWatchRecoveryMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.WatchRecoveryRequest, io.quorate.v1.WatchRecoveryResponse> getWatchRecoveryMethod;
    if ((getWatchRecoveryMethod = RecoveryServiceGrpc.getWatchRecoveryMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getWatchRecoveryMethod = RecoveryServiceGrpc.getWatchRecoveryMethod) == null) {
          RecoveryServiceGrpc.getWatchRecoveryMethod = getWatchRecoveryMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.WatchRecoveryRequest, io.quorate.v1.WatchRecoveryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchRecovery"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchRecoveryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchRecoveryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("WatchRecovery"))
              .build();
        }
      }
    }
    return getWatchRecoveryMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ExplainRecoveryRequest,
      io.quorate.v1.ExplainRecoveryResponse> getExplainRecoveryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ExplainRecovery",
      requestType = io.quorate.v1.ExplainRecoveryRequest.class,
      responseType = io.quorate.v1.ExplainRecoveryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ExplainRecoveryRequest,
      io.quorate.v1.ExplainRecoveryResponse> getExplainRecoveryMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ExplainRecoveryRequest, io.quorate.v1.ExplainRecoveryResponse> getExplainRecoveryMethod;
    if ((getExplainRecoveryMethod = RecoveryServiceGrpc.getExplainRecoveryMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getExplainRecoveryMethod = RecoveryServiceGrpc.getExplainRecoveryMethod) == null) {
          RecoveryServiceGrpc.getExplainRecoveryMethod = getExplainRecoveryMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ExplainRecoveryRequest, io.quorate.v1.ExplainRecoveryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ExplainRecovery"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ExplainRecoveryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ExplainRecoveryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("ExplainRecovery"))
              .build();
        }
      }
    }
    return getExplainRecoveryMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ParticipateRequest,
      io.quorate.v1.ParticipateResponse> getParticipateMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Participate",
      requestType = io.quorate.v1.ParticipateRequest.class,
      responseType = io.quorate.v1.ParticipateResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ParticipateRequest,
      io.quorate.v1.ParticipateResponse> getParticipateMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ParticipateRequest, io.quorate.v1.ParticipateResponse> getParticipateMethod;
    if ((getParticipateMethod = RecoveryServiceGrpc.getParticipateMethod) == null) {
      synchronized (RecoveryServiceGrpc.class) {
        if ((getParticipateMethod = RecoveryServiceGrpc.getParticipateMethod) == null) {
          RecoveryServiceGrpc.getParticipateMethod = getParticipateMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ParticipateRequest, io.quorate.v1.ParticipateResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Participate"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ParticipateRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ParticipateResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RecoveryServiceMethodDescriptorSupplier("Participate"))
              .build();
        }
      }
    }
    return getParticipateMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static RecoveryServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceStub>() {
        @java.lang.Override
        public RecoveryServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecoveryServiceStub(channel, callOptions);
        }
      };
    return RecoveryServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static RecoveryServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceBlockingV2Stub>() {
        @java.lang.Override
        public RecoveryServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecoveryServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return RecoveryServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static RecoveryServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceBlockingStub>() {
        @java.lang.Override
        public RecoveryServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecoveryServiceBlockingStub(channel, callOptions);
        }
      };
    return RecoveryServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static RecoveryServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RecoveryServiceFutureStub>() {
        @java.lang.Override
        public RecoveryServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RecoveryServiceFutureStub(channel, callOptions);
        }
      };
    return RecoveryServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
   * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
   * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * ApplyServices defines services: those that are new or differ are put, and with `prune` all others are removed. What is to
     * be applied is checked as a whole, and done as a whole or not at all. With `dry_run` nothing is done, and the answer says
     * what would change and where everything would run. Blocks until the change is durable. Safe to retry: what is defined so
     * already is not changed.
     * Errors: BAD_REQUEST, SERVICE_INVALID (all that is wrong, in the message), CONFLICT (`expected_revision`), QUORUM_LOST,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    default void applyServices(io.quorate.v1.ApplyServicesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ApplyServicesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getApplyServicesMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListServices returns the definitions, and what operators decided about each. Does not block. Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    default void listServices(io.quorate.v1.ListServicesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListServicesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListServicesMethod(), responseObserver);
    }

    /**
     * <pre>
     * ControlService does what operators ask for: start, stop, restart, move, disable and enable services, drain nodes. Blocks
     * until the decision is durable (not until it is carried out: WatchRecovery tells of that). Safe to retry, except for a
     * restart, which would be one more.
     * Errors: BAD_REQUEST, SERVICE_NOT_FOUND, NODE_NOT_FOUND, CANNOT_MOVE, QUORUM_LOST, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    default void controlService(io.quorate.v1.ControlServiceRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ControlServiceResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getControlServiceMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetRecovery returns how far recovery is, what runs where, what waits for what, and what cannot run and why. Does not block.
     * Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    default void getRecovery(io.quorate.v1.GetRecoveryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetRecoveryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetRecoveryMethod(), responseObserver);
    }

    /**
     * <pre>
     * WatchRecovery streams the same: as it is now, then each time that it changes, and bookmarks while it does not. A reader that
     * lags may miss steps in between, never the present one. While nobody leads, the stream says so and goes on. Safe to repeat.
     * Errors: LIMIT_REACHED (watch streams), STOPPING.
     * </pre>
     */
    default void watchRecovery(io.quorate.v1.WatchRecoveryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchRecoveryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchRecoveryMethod(), responseObserver);
    }

    /**
     * <pre>
     * ExplainRecovery says what would run elsewhere, and what nowhere and why, if nodes failed or were drained. Changes nothing.
     * Safe to retry.
     * Errors: BAD_REQUEST, QUORUM_LOST.
     * </pre>
     */
    default void explainRecovery(io.quorate.v1.ExplainRecoveryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ExplainRecoveryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getExplainRecoveryMethod(), responseObserver);
    }

    /**
     * <pre>
     * Participate has a program take part in recovery at this agent for as long as the stream lasts. The first message says what it
     * is; then it is told what to do, and says when it has done it. It begins with PHASE_PREPARE at once, and again as soon as the
     * cluster begins to change, under the epoch that ends: from epoch 7 to 8 it is told to prepare under 7 and to recover under 8.
     * When the cluster changes further, it is told again, under the epoch that ends then, unless it has prepared and said so. It is
     * also told PHASE_PREPARE within an epoch, when a service that it requires is not ready any more: each phase then comes again
     * under the same epoch, and must not be skipped because it was done under it before. When the agent goes, it stops using what
     * is shared, and takes part at another agent.
     * Errors: BAD_REQUEST, LIMIT_REACHED (participants), STOPPING.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.quorate.v1.ParticipateRequest> participate(
        io.grpc.stub.StreamObserver<io.quorate.v1.ParticipateResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getParticipateMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service RecoveryService.
   * <pre>
   * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
   * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
   * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
   * </pre>
   */
  public static abstract class RecoveryServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return RecoveryServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service RecoveryService.
   * <pre>
   * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
   * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
   * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
   * </pre>
   */
  public static final class RecoveryServiceStub
      extends io.grpc.stub.AbstractAsyncStub<RecoveryServiceStub> {
    private RecoveryServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecoveryServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecoveryServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * ApplyServices defines services: those that are new or differ are put, and with `prune` all others are removed. What is to
     * be applied is checked as a whole, and done as a whole or not at all. With `dry_run` nothing is done, and the answer says
     * what would change and where everything would run. Blocks until the change is durable. Safe to retry: what is defined so
     * already is not changed.
     * Errors: BAD_REQUEST, SERVICE_INVALID (all that is wrong, in the message), CONFLICT (`expected_revision`), QUORUM_LOST,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public void applyServices(io.quorate.v1.ApplyServicesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ApplyServicesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getApplyServicesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListServices returns the definitions, and what operators decided about each. Does not block. Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public void listServices(io.quorate.v1.ListServicesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListServicesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListServicesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ControlService does what operators ask for: start, stop, restart, move, disable and enable services, drain nodes. Blocks
     * until the decision is durable (not until it is carried out: WatchRecovery tells of that). Safe to retry, except for a
     * restart, which would be one more.
     * Errors: BAD_REQUEST, SERVICE_NOT_FOUND, NODE_NOT_FOUND, CANNOT_MOVE, QUORUM_LOST, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public void controlService(io.quorate.v1.ControlServiceRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ControlServiceResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getControlServiceMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetRecovery returns how far recovery is, what runs where, what waits for what, and what cannot run and why. Does not block.
     * Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public void getRecovery(io.quorate.v1.GetRecoveryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetRecoveryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetRecoveryMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * WatchRecovery streams the same: as it is now, then each time that it changes, and bookmarks while it does not. A reader that
     * lags may miss steps in between, never the present one. While nobody leads, the stream says so and goes on. Safe to repeat.
     * Errors: LIMIT_REACHED (watch streams), STOPPING.
     * </pre>
     */
    public void watchRecovery(io.quorate.v1.WatchRecoveryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchRecoveryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchRecoveryMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ExplainRecovery says what would run elsewhere, and what nowhere and why, if nodes failed or were drained. Changes nothing.
     * Safe to retry.
     * Errors: BAD_REQUEST, QUORUM_LOST.
     * </pre>
     */
    public void explainRecovery(io.quorate.v1.ExplainRecoveryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ExplainRecoveryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getExplainRecoveryMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Participate has a program take part in recovery at this agent for as long as the stream lasts. The first message says what it
     * is; then it is told what to do, and says when it has done it. It begins with PHASE_PREPARE at once, and again as soon as the
     * cluster begins to change, under the epoch that ends: from epoch 7 to 8 it is told to prepare under 7 and to recover under 8.
     * When the cluster changes further, it is told again, under the epoch that ends then, unless it has prepared and said so. It is
     * also told PHASE_PREPARE within an epoch, when a service that it requires is not ready any more: each phase then comes again
     * under the same epoch, and must not be skipped because it was done under it before. When the agent goes, it stops using what
     * is shared, and takes part at another agent.
     * Errors: BAD_REQUEST, LIMIT_REACHED (participants), STOPPING.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.quorate.v1.ParticipateRequest> participate(
        io.grpc.stub.StreamObserver<io.quorate.v1.ParticipateResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
          getChannel().newCall(getParticipateMethod(), getCallOptions()), responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service RecoveryService.
   * <pre>
   * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
   * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
   * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
   * </pre>
   */
  public static final class RecoveryServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<RecoveryServiceBlockingV2Stub> {
    private RecoveryServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecoveryServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecoveryServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * ApplyServices defines services: those that are new or differ are put, and with `prune` all others are removed. What is to
     * be applied is checked as a whole, and done as a whole or not at all. With `dry_run` nothing is done, and the answer says
     * what would change and where everything would run. Blocks until the change is durable. Safe to retry: what is defined so
     * already is not changed.
     * Errors: BAD_REQUEST, SERVICE_INVALID (all that is wrong, in the message), CONFLICT (`expected_revision`), QUORUM_LOST,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.ApplyServicesResponse applyServices(io.quorate.v1.ApplyServicesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getApplyServicesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListServices returns the definitions, and what operators decided about each. Does not block. Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public io.quorate.v1.ListServicesResponse listServices(io.quorate.v1.ListServicesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListServicesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ControlService does what operators ask for: start, stop, restart, move, disable and enable services, drain nodes. Blocks
     * until the decision is durable (not until it is carried out: WatchRecovery tells of that). Safe to retry, except for a
     * restart, which would be one more.
     * Errors: BAD_REQUEST, SERVICE_NOT_FOUND, NODE_NOT_FOUND, CANNOT_MOVE, QUORUM_LOST, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.ControlServiceResponse controlService(io.quorate.v1.ControlServiceRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getControlServiceMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetRecovery returns how far recovery is, what runs where, what waits for what, and what cannot run and why. Does not block.
     * Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public io.quorate.v1.GetRecoveryResponse getRecovery(io.quorate.v1.GetRecoveryRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetRecoveryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchRecovery streams the same: as it is now, then each time that it changes, and bookmarks while it does not. A reader that
     * lags may miss steps in between, never the present one. While nobody leads, the stream says so and goes on. Safe to repeat.
     * Errors: LIMIT_REACHED (watch streams), STOPPING.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.WatchRecoveryResponse>
        watchRecovery(io.quorate.v1.WatchRecoveryRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchRecoveryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ExplainRecovery says what would run elsewhere, and what nowhere and why, if nodes failed or were drained. Changes nothing.
     * Safe to retry.
     * Errors: BAD_REQUEST, QUORUM_LOST.
     * </pre>
     */
    public io.quorate.v1.ExplainRecoveryResponse explainRecovery(io.quorate.v1.ExplainRecoveryRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getExplainRecoveryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Participate has a program take part in recovery at this agent for as long as the stream lasts. The first message says what it
     * is; then it is told what to do, and says when it has done it. It begins with PHASE_PREPARE at once, and again as soon as the
     * cluster begins to change, under the epoch that ends: from epoch 7 to 8 it is told to prepare under 7 and to recover under 8.
     * When the cluster changes further, it is told again, under the epoch that ends then, unless it has prepared and said so. It is
     * also told PHASE_PREPARE within an epoch, when a service that it requires is not ready any more: each phase then comes again
     * under the same epoch, and must not be skipped because it was done under it before. When the agent goes, it stops using what
     * is shared, and takes part at another agent.
     * Errors: BAD_REQUEST, LIMIT_REACHED (participants), STOPPING.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.quorate.v1.ParticipateRequest, io.quorate.v1.ParticipateResponse>
        participate() {
      return io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
          getChannel(), getParticipateMethod(), getCallOptions());
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service RecoveryService.
   * <pre>
   * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
   * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
   * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
   * </pre>
   */
  public static final class RecoveryServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<RecoveryServiceBlockingStub> {
    private RecoveryServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecoveryServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecoveryServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * ApplyServices defines services: those that are new or differ are put, and with `prune` all others are removed. What is to
     * be applied is checked as a whole, and done as a whole or not at all. With `dry_run` nothing is done, and the answer says
     * what would change and where everything would run. Blocks until the change is durable. Safe to retry: what is defined so
     * already is not changed.
     * Errors: BAD_REQUEST, SERVICE_INVALID (all that is wrong, in the message), CONFLICT (`expected_revision`), QUORUM_LOST,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.ApplyServicesResponse applyServices(io.quorate.v1.ApplyServicesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getApplyServicesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListServices returns the definitions, and what operators decided about each. Does not block. Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public io.quorate.v1.ListServicesResponse listServices(io.quorate.v1.ListServicesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListServicesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ControlService does what operators ask for: start, stop, restart, move, disable and enable services, drain nodes. Blocks
     * until the decision is durable (not until it is carried out: WatchRecovery tells of that). Safe to retry, except for a
     * restart, which would be one more.
     * Errors: BAD_REQUEST, SERVICE_NOT_FOUND, NODE_NOT_FOUND, CANNOT_MOVE, QUORUM_LOST, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public io.quorate.v1.ControlServiceResponse controlService(io.quorate.v1.ControlServiceRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getControlServiceMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetRecovery returns how far recovery is, what runs where, what waits for what, and what cannot run and why. Does not block.
     * Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public io.quorate.v1.GetRecoveryResponse getRecovery(io.quorate.v1.GetRecoveryRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetRecoveryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchRecovery streams the same: as it is now, then each time that it changes, and bookmarks while it does not. A reader that
     * lags may miss steps in between, never the present one. While nobody leads, the stream says so and goes on. Safe to repeat.
     * Errors: LIMIT_REACHED (watch streams), STOPPING.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.WatchRecoveryResponse> watchRecovery(
        io.quorate.v1.WatchRecoveryRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchRecoveryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ExplainRecovery says what would run elsewhere, and what nowhere and why, if nodes failed or were drained. Changes nothing.
     * Safe to retry.
     * Errors: BAD_REQUEST, QUORUM_LOST.
     * </pre>
     */
    public io.quorate.v1.ExplainRecoveryResponse explainRecovery(io.quorate.v1.ExplainRecoveryRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getExplainRecoveryMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service RecoveryService.
   * <pre>
   * Services that the cluster runs, and their recovery: after each change of the cluster they are started again level by level,
   * with a barrier across the cluster between levels, and all begins anew when the cluster changes again. Programs that the
   * cluster does not start can take part. Any agent answers; what is asked goes to the node that leads recovery.
   * </pre>
   */
  public static final class RecoveryServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<RecoveryServiceFutureStub> {
    private RecoveryServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RecoveryServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RecoveryServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * ApplyServices defines services: those that are new or differ are put, and with `prune` all others are removed. What is to
     * be applied is checked as a whole, and done as a whole or not at all. With `dry_run` nothing is done, and the answer says
     * what would change and where everything would run. Blocks until the change is durable. Safe to retry: what is defined so
     * already is not changed.
     * Errors: BAD_REQUEST, SERVICE_INVALID (all that is wrong, in the message), CONFLICT (`expected_revision`), QUORUM_LOST,
     * OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ApplyServicesResponse> applyServices(
        io.quorate.v1.ApplyServicesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getApplyServicesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListServices returns the definitions, and what operators decided about each. Does not block. Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListServicesResponse> listServices(
        io.quorate.v1.ListServicesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListServicesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ControlService does what operators ask for: start, stop, restart, move, disable and enable services, drain nodes. Blocks
     * until the decision is durable (not until it is carried out: WatchRecovery tells of that). Safe to retry, except for a
     * restart, which would be one more.
     * Errors: BAD_REQUEST, SERVICE_NOT_FOUND, NODE_NOT_FOUND, CANNOT_MOVE, QUORUM_LOST, OUTCOME_UNKNOWN, STOPPING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ControlServiceResponse> controlService(
        io.quorate.v1.ControlServiceRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getControlServiceMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetRecovery returns how far recovery is, what runs where, what waits for what, and what cannot run and why. Does not block.
     * Safe to retry.
     * Errors: QUORUM_LOST.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetRecoveryResponse> getRecovery(
        io.quorate.v1.GetRecoveryRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetRecoveryMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ExplainRecovery says what would run elsewhere, and what nowhere and why, if nodes failed or were drained. Changes nothing.
     * Safe to retry.
     * Errors: BAD_REQUEST, QUORUM_LOST.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ExplainRecoveryResponse> explainRecovery(
        io.quorate.v1.ExplainRecoveryRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getExplainRecoveryMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_APPLY_SERVICES = 0;
  private static final int METHODID_LIST_SERVICES = 1;
  private static final int METHODID_CONTROL_SERVICE = 2;
  private static final int METHODID_GET_RECOVERY = 3;
  private static final int METHODID_WATCH_RECOVERY = 4;
  private static final int METHODID_EXPLAIN_RECOVERY = 5;
  private static final int METHODID_PARTICIPATE = 6;

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
        case METHODID_APPLY_SERVICES:
          serviceImpl.applyServices((io.quorate.v1.ApplyServicesRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ApplyServicesResponse>) responseObserver);
          break;
        case METHODID_LIST_SERVICES:
          serviceImpl.listServices((io.quorate.v1.ListServicesRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListServicesResponse>) responseObserver);
          break;
        case METHODID_CONTROL_SERVICE:
          serviceImpl.controlService((io.quorate.v1.ControlServiceRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ControlServiceResponse>) responseObserver);
          break;
        case METHODID_GET_RECOVERY:
          serviceImpl.getRecovery((io.quorate.v1.GetRecoveryRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetRecoveryResponse>) responseObserver);
          break;
        case METHODID_WATCH_RECOVERY:
          serviceImpl.watchRecovery((io.quorate.v1.WatchRecoveryRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.WatchRecoveryResponse>) responseObserver);
          break;
        case METHODID_EXPLAIN_RECOVERY:
          serviceImpl.explainRecovery((io.quorate.v1.ExplainRecoveryRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ExplainRecoveryResponse>) responseObserver);
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
        case METHODID_PARTICIPATE:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.participate(
              (io.grpc.stub.StreamObserver<io.quorate.v1.ParticipateResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getApplyServicesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ApplyServicesRequest,
              io.quorate.v1.ApplyServicesResponse>(
                service, METHODID_APPLY_SERVICES)))
        .addMethod(
          getListServicesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListServicesRequest,
              io.quorate.v1.ListServicesResponse>(
                service, METHODID_LIST_SERVICES)))
        .addMethod(
          getControlServiceMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ControlServiceRequest,
              io.quorate.v1.ControlServiceResponse>(
                service, METHODID_CONTROL_SERVICE)))
        .addMethod(
          getGetRecoveryMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetRecoveryRequest,
              io.quorate.v1.GetRecoveryResponse>(
                service, METHODID_GET_RECOVERY)))
        .addMethod(
          getWatchRecoveryMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.WatchRecoveryRequest,
              io.quorate.v1.WatchRecoveryResponse>(
                service, METHODID_WATCH_RECOVERY)))
        .addMethod(
          getExplainRecoveryMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ExplainRecoveryRequest,
              io.quorate.v1.ExplainRecoveryResponse>(
                service, METHODID_EXPLAIN_RECOVERY)))
        .addMethod(
          getParticipateMethod(),
          io.grpc.stub.ServerCalls.asyncBidiStreamingCall(
            new MethodHandlers<
              io.quorate.v1.ParticipateRequest,
              io.quorate.v1.ParticipateResponse>(
                service, METHODID_PARTICIPATE)))
        .build();
  }

  private static abstract class RecoveryServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    RecoveryServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.RecoveryProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("RecoveryService");
    }
  }

  private static final class RecoveryServiceFileDescriptorSupplier
      extends RecoveryServiceBaseDescriptorSupplier {
    RecoveryServiceFileDescriptorSupplier() {}
  }

  private static final class RecoveryServiceMethodDescriptorSupplier
      extends RecoveryServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    RecoveryServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (RecoveryServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new RecoveryServiceFileDescriptorSupplier())
              .addMethod(getApplyServicesMethod())
              .addMethod(getListServicesMethod())
              .addMethod(getControlServiceMethod())
              .addMethod(getGetRecoveryMethod())
              .addMethod(getWatchRecoveryMethod())
              .addMethod(getExplainRecoveryMethod())
              .addMethod(getParticipateMethod())
              .build();
        }
      }
    }
    return result;
  }
}
