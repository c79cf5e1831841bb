package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
 * ends, the next one does.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ElectionServiceGrpc {

  private ElectionServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.ElectionService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.CampaignRequest,
      io.quorate.v1.CampaignResponse> getCampaignMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Campaign",
      requestType = io.quorate.v1.CampaignRequest.class,
      responseType = io.quorate.v1.CampaignResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.CampaignRequest,
      io.quorate.v1.CampaignResponse> getCampaignMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.CampaignRequest, io.quorate.v1.CampaignResponse> getCampaignMethod;
    if ((getCampaignMethod = ElectionServiceGrpc.getCampaignMethod) == null) {
      synchronized (ElectionServiceGrpc.class) {
        if ((getCampaignMethod = ElectionServiceGrpc.getCampaignMethod) == null) {
          ElectionServiceGrpc.getCampaignMethod = getCampaignMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.CampaignRequest, io.quorate.v1.CampaignResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Campaign"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.CampaignRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.CampaignResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ElectionServiceMethodDescriptorSupplier("Campaign"))
              .build();
        }
      }
    }
    return getCampaignMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ProclaimRequest,
      io.quorate.v1.ProclaimResponse> getProclaimMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Proclaim",
      requestType = io.quorate.v1.ProclaimRequest.class,
      responseType = io.quorate.v1.ProclaimResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ProclaimRequest,
      io.quorate.v1.ProclaimResponse> getProclaimMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ProclaimRequest, io.quorate.v1.ProclaimResponse> getProclaimMethod;
    if ((getProclaimMethod = ElectionServiceGrpc.getProclaimMethod) == null) {
      synchronized (ElectionServiceGrpc.class) {
        if ((getProclaimMethod = ElectionServiceGrpc.getProclaimMethod) == null) {
          ElectionServiceGrpc.getProclaimMethod = getProclaimMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ProclaimRequest, io.quorate.v1.ProclaimResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Proclaim"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ProclaimRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ProclaimResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ElectionServiceMethodDescriptorSupplier("Proclaim"))
              .build();
        }
      }
    }
    return getProclaimMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ResignRequest,
      io.quorate.v1.ResignResponse> getResignMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Resign",
      requestType = io.quorate.v1.ResignRequest.class,
      responseType = io.quorate.v1.ResignResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ResignRequest,
      io.quorate.v1.ResignResponse> getResignMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ResignRequest, io.quorate.v1.ResignResponse> getResignMethod;
    if ((getResignMethod = ElectionServiceGrpc.getResignMethod) == null) {
      synchronized (ElectionServiceGrpc.class) {
        if ((getResignMethod = ElectionServiceGrpc.getResignMethod) == null) {
          ElectionServiceGrpc.getResignMethod = getResignMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ResignRequest, io.quorate.v1.ResignResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Resign"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ResignRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ResignResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ElectionServiceMethodDescriptorSupplier("Resign"))
              .build();
        }
      }
    }
    return getResignMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetLeaderRequest,
      io.quorate.v1.GetLeaderResponse> getGetLeaderMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetLeader",
      requestType = io.quorate.v1.GetLeaderRequest.class,
      responseType = io.quorate.v1.GetLeaderResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetLeaderRequest,
      io.quorate.v1.GetLeaderResponse> getGetLeaderMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetLeaderRequest, io.quorate.v1.GetLeaderResponse> getGetLeaderMethod;
    if ((getGetLeaderMethod = ElectionServiceGrpc.getGetLeaderMethod) == null) {
      synchronized (ElectionServiceGrpc.class) {
        if ((getGetLeaderMethod = ElectionServiceGrpc.getGetLeaderMethod) == null) {
          ElectionServiceGrpc.getGetLeaderMethod = getGetLeaderMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetLeaderRequest, io.quorate.v1.GetLeaderResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetLeader"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetLeaderRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetLeaderResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ElectionServiceMethodDescriptorSupplier("GetLeader"))
              .build();
        }
      }
    }
    return getGetLeaderMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ObserveLeaderRequest,
      io.quorate.v1.ObserveLeaderResponse> getObserveLeaderMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ObserveLeader",
      requestType = io.quorate.v1.ObserveLeaderRequest.class,
      responseType = io.quorate.v1.ObserveLeaderResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ObserveLeaderRequest,
      io.quorate.v1.ObserveLeaderResponse> getObserveLeaderMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ObserveLeaderRequest, io.quorate.v1.ObserveLeaderResponse> getObserveLeaderMethod;
    if ((getObserveLeaderMethod = ElectionServiceGrpc.getObserveLeaderMethod) == null) {
      synchronized (ElectionServiceGrpc.class) {
        if ((getObserveLeaderMethod = ElectionServiceGrpc.getObserveLeaderMethod) == null) {
          ElectionServiceGrpc.getObserveLeaderMethod = getObserveLeaderMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ObserveLeaderRequest, io.quorate.v1.ObserveLeaderResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ObserveLeader"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ObserveLeaderRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ObserveLeaderResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ElectionServiceMethodDescriptorSupplier("ObserveLeader"))
              .build();
        }
      }
    }
    return getObserveLeaderMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ElectionServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ElectionServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ElectionServiceStub>() {
        @java.lang.Override
        public ElectionServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ElectionServiceStub(channel, callOptions);
        }
      };
    return ElectionServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ElectionServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ElectionServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ElectionServiceBlockingV2Stub>() {
        @java.lang.Override
        public ElectionServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ElectionServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ElectionServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ElectionServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ElectionServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ElectionServiceBlockingStub>() {
        @java.lang.Override
        public ElectionServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ElectionServiceBlockingStub(channel, callOptions);
        }
      };
    return ElectionServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ElectionServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ElectionServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ElectionServiceFutureStub>() {
        @java.lang.Override
        public ElectionServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ElectionServiceFutureStub(channel, callOptions);
        }
      };
    return ElectionServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
   * ends, the next one does.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Campaign stands for an office. Blocks until the session leads, or until the call's deadline or cancellation: it stays a
     * candidate then, and the same call waits on. Safe to retry: who leads gets the same token.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    default void campaign(io.quorate.v1.CampaignRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.CampaignResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCampaignMethod(), responseObserver);
    }

    /**
     * <pre>
     * Proclaim gives the office another value while the session leads. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, LIMIT_REACHED,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void proclaim(io.quorate.v1.ProclaimRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ProclaimResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getProclaimMethod(), responseObserver);
    }

    /**
     * <pre>
     * Resign gives up the office, or the candidacy. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    default void resign(io.quorate.v1.ResignRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ResignResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getResignMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetLeader returns who leads. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    default void getLeader(io.quorate.v1.GetLeaderRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetLeaderResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetLeaderMethod(), responseObserver);
    }

    /**
     * <pre>
     * ObserveLeader streams who leads: as it is now, then each time that it changes, in order, and bookmarks while it does not.
     * A reader that lags may miss a leader that is no more, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    default void observeLeader(io.quorate.v1.ObserveLeaderRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ObserveLeaderResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getObserveLeaderMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ElectionService.
   * <pre>
   * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
   * ends, the next one does.
   * </pre>
   */
  public static abstract class ElectionServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ElectionServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ElectionService.
   * <pre>
   * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
   * ends, the next one does.
   * </pre>
   */
  public static final class ElectionServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ElectionServiceStub> {
    private ElectionServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ElectionServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ElectionServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Campaign stands for an office. Blocks until the session leads, or until the call's deadline or cancellation: it stays a
     * candidate then, and the same call waits on. Safe to retry: who leads gets the same token.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public void campaign(io.quorate.v1.CampaignRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.CampaignResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCampaignMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Proclaim gives the office another value while the session leads. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, LIMIT_REACHED,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void proclaim(io.quorate.v1.ProclaimRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ProclaimResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getProclaimMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Resign gives up the office, or the candidacy. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public void resign(io.quorate.v1.ResignRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ResignResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getResignMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetLeader returns who leads. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public void getLeader(io.quorate.v1.GetLeaderRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetLeaderResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetLeaderMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ObserveLeader streams who leads: as it is now, then each time that it changes, in order, and bookmarks while it does not.
     * A reader that lags may miss a leader that is no more, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    public void observeLeader(io.quorate.v1.ObserveLeaderRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ObserveLeaderResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getObserveLeaderMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ElectionService.
   * <pre>
   * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
   * ends, the next one does.
   * </pre>
   */
  public static final class ElectionServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ElectionServiceBlockingV2Stub> {
    private ElectionServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ElectionServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ElectionServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Campaign stands for an office. Blocks until the session leads, or until the call's deadline or cancellation: it stays a
     * candidate then, and the same call waits on. Safe to retry: who leads gets the same token.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.CampaignResponse campaign(io.quorate.v1.CampaignRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCampaignMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Proclaim gives the office another value while the session leads. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, LIMIT_REACHED,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.ProclaimResponse proclaim(io.quorate.v1.ProclaimRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getProclaimMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resign gives up the office, or the candidacy. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.ResignResponse resign(io.quorate.v1.ResignRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getResignMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetLeader returns who leads. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetLeaderResponse getLeader(io.quorate.v1.GetLeaderRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetLeaderMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ObserveLeader streams who leads: as it is now, then each time that it changes, in order, and bookmarks while it does not.
     * A reader that lags may miss a leader that is no more, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.ObserveLeaderResponse>
        observeLeader(io.quorate.v1.ObserveLeaderRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getObserveLeaderMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ElectionService.
   * <pre>
   * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
   * ends, the next one does.
   * </pre>
   */
  public static final class ElectionServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ElectionServiceBlockingStub> {
    private ElectionServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ElectionServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ElectionServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Campaign stands for an office. Blocks until the session leads, or until the call's deadline or cancellation: it stays a
     * candidate then, and the same call waits on. Safe to retry: who leads gets the same token.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.CampaignResponse campaign(io.quorate.v1.CampaignRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCampaignMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Proclaim gives the office another value while the session leads. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, LIMIT_REACHED,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.ProclaimResponse proclaim(io.quorate.v1.ProclaimRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getProclaimMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Resign gives up the office, or the candidacy. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.ResignResponse resign(io.quorate.v1.ResignRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getResignMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetLeader returns who leads. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public io.quorate.v1.GetLeaderResponse getLeader(io.quorate.v1.GetLeaderRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetLeaderMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ObserveLeader streams who leads: as it is now, then each time that it changes, in order, and bookmarks while it does not.
     * A reader that lags may miss a leader that is no more, never the present one. Safe to repeat.
     * Errors: BAD_REQUEST, LIMIT_REACHED (watch streams), NOT_SERVED, STOPPING.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.ObserveLeaderResponse> observeLeader(
        io.quorate.v1.ObserveLeaderRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getObserveLeaderMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ElectionService.
   * <pre>
   * Elections: of all sessions that stand for an office, the one that came first leads, under a fencing token; when it resigns or
   * ends, the next one does.
   * </pre>
   */
  public static final class ElectionServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ElectionServiceFutureStub> {
    private ElectionServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ElectionServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ElectionServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Campaign stands for an office. Blocks until the session leads, or until the call's deadline or cancellation: it stays a
     * candidate then, and the same call waits on. Safe to retry: who leads gets the same token.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_MISMATCH, LIMIT_REACHED, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.CampaignResponse> campaign(
        io.quorate.v1.CampaignRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCampaignMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Proclaim gives the office another value while the session leads. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, LIMIT_REACHED,
     * NOT_SERVED, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ProclaimResponse> proclaim(
        io.quorate.v1.ProclaimRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getProclaimMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Resign gives up the office, or the candidacy. Does not wait for others. Safe to retry with a request_id.
     * Errors: BAD_REQUEST, SESSION_REQUIRED and the other SESSION reasons, NAME_NOT_HELD, NAME_MISMATCH, NOT_SERVED,
     * OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ResignResponse> resign(
        io.quorate.v1.ResignRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getResignMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetLeader returns who leads. Safe to retry.
     * Errors: BAD_REQUEST, NAME_MISMATCH, NOT_SERVED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetLeaderResponse> getLeader(
        io.quorate.v1.GetLeaderRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetLeaderMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CAMPAIGN = 0;
  private static final int METHODID_PROCLAIM = 1;
  private static final int METHODID_RESIGN = 2;
  private static final int METHODID_GET_LEADER = 3;
  private static final int METHODID_OBSERVE_LEADER = 4;

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
        case METHODID_CAMPAIGN:
          serviceImpl.campaign((io.quorate.v1.CampaignRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.CampaignResponse>) responseObserver);
          break;
        case METHODID_PROCLAIM:
          serviceImpl.proclaim((io.quorate.v1.ProclaimRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ProclaimResponse>) responseObserver);
          break;
        case METHODID_RESIGN:
          serviceImpl.resign((io.quorate.v1.ResignRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ResignResponse>) responseObserver);
          break;
        case METHODID_GET_LEADER:
          serviceImpl.getLeader((io.quorate.v1.GetLeaderRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetLeaderResponse>) responseObserver);
          break;
        case METHODID_OBSERVE_LEADER:
          serviceImpl.observeLeader((io.quorate.v1.ObserveLeaderRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ObserveLeaderResponse>) responseObserver);
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
          getCampaignMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.CampaignRequest,
              io.quorate.v1.CampaignResponse>(
                service, METHODID_CAMPAIGN)))
        .addMethod(
          getProclaimMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ProclaimRequest,
              io.quorate.v1.ProclaimResponse>(
                service, METHODID_PROCLAIM)))
        .addMethod(
          getResignMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ResignRequest,
              io.quorate.v1.ResignResponse>(
                service, METHODID_RESIGN)))
        .addMethod(
          getGetLeaderMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetLeaderRequest,
              io.quorate.v1.GetLeaderResponse>(
                service, METHODID_GET_LEADER)))
        .addMethod(
          getObserveLeaderMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.ObserveLeaderRequest,
              io.quorate.v1.ObserveLeaderResponse>(
                service, METHODID_OBSERVE_LEADER)))
        .build();
  }

  private static abstract class ElectionServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ElectionServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.ElectionProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ElectionService");
    }
  }

  private static final class ElectionServiceFileDescriptorSupplier
      extends ElectionServiceBaseDescriptorSupplier {
    ElectionServiceFileDescriptorSupplier() {}
  }

  private static final class ElectionServiceMethodDescriptorSupplier
      extends ElectionServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ElectionServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ElectionServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ElectionServiceFileDescriptorSupplier())
              .addMethod(getCampaignMethod())
              .addMethod(getProclaimMethod())
              .addMethod(getResignMethod())
              .addMethod(getGetLeaderMethod())
              .addMethod(getObserveLeaderMethod())
              .build();
        }
      }
    }
    return result;
  }
}
