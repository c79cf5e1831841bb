package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
 * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
 * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
 * from a program that was stopped after it had asked.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class QuorumServiceGrpc {

  private QuorumServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.QuorumService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetQuorumRequest,
      io.quorate.v1.GetQuorumResponse> getGetQuorumMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetQuorum",
      requestType = io.quorate.v1.GetQuorumRequest.class,
      responseType = io.quorate.v1.GetQuorumResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetQuorumRequest,
      io.quorate.v1.GetQuorumResponse> getGetQuorumMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetQuorumRequest, io.quorate.v1.GetQuorumResponse> getGetQuorumMethod;
    if ((getGetQuorumMethod = QuorumServiceGrpc.getGetQuorumMethod) == null) {
      synchronized (QuorumServiceGrpc.class) {
        if ((getGetQuorumMethod = QuorumServiceGrpc.getGetQuorumMethod) == null) {
          QuorumServiceGrpc.getGetQuorumMethod = getGetQuorumMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetQuorumRequest, io.quorate.v1.GetQuorumResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetQuorum"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetQuorumRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetQuorumResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QuorumServiceMethodDescriptorSupplier("GetQuorum"))
              .build();
        }
      }
    }
    return getGetQuorumMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.WatchQuorumRequest,
      io.quorate.v1.WatchQuorumResponse> getWatchQuorumMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchQuorum",
      requestType = io.quorate.v1.WatchQuorumRequest.class,
      responseType = io.quorate.v1.WatchQuorumResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.WatchQuorumRequest,
      io.quorate.v1.WatchQuorumResponse> getWatchQuorumMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.WatchQuorumRequest, io.quorate.v1.WatchQuorumResponse> getWatchQuorumMethod;
    if ((getWatchQuorumMethod = QuorumServiceGrpc.getWatchQuorumMethod) == null) {
      synchronized (QuorumServiceGrpc.class) {
        if ((getWatchQuorumMethod = QuorumServiceGrpc.getWatchQuorumMethod) == null) {
          QuorumServiceGrpc.getWatchQuorumMethod = getWatchQuorumMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.WatchQuorumRequest, io.quorate.v1.WatchQuorumResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchQuorum"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchQuorumRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchQuorumResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QuorumServiceMethodDescriptorSupplier("WatchQuorum"))
              .build();
        }
      }
    }
    return getWatchQuorumMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListVotersRequest,
      io.quorate.v1.ListVotersResponse> getListVotersMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListVoters",
      requestType = io.quorate.v1.ListVotersRequest.class,
      responseType = io.quorate.v1.ListVotersResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListVotersRequest,
      io.quorate.v1.ListVotersResponse> getListVotersMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListVotersRequest, io.quorate.v1.ListVotersResponse> getListVotersMethod;
    if ((getListVotersMethod = QuorumServiceGrpc.getListVotersMethod) == null) {
      synchronized (QuorumServiceGrpc.class) {
        if ((getListVotersMethod = QuorumServiceGrpc.getListVotersMethod) == null) {
          QuorumServiceGrpc.getListVotersMethod = getListVotersMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListVotersRequest, io.quorate.v1.ListVotersResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListVoters"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListVotersRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListVotersResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QuorumServiceMethodDescriptorSupplier("ListVoters"))
              .build();
        }
      }
    }
    return getListVotersMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.SetVotersRequest,
      io.quorate.v1.SetVotersResponse> getSetVotersMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetVoters",
      requestType = io.quorate.v1.SetVotersRequest.class,
      responseType = io.quorate.v1.SetVotersResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.SetVotersRequest,
      io.quorate.v1.SetVotersResponse> getSetVotersMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.SetVotersRequest, io.quorate.v1.SetVotersResponse> getSetVotersMethod;
    if ((getSetVotersMethod = QuorumServiceGrpc.getSetVotersMethod) == null) {
      synchronized (QuorumServiceGrpc.class) {
        if ((getSetVotersMethod = QuorumServiceGrpc.getSetVotersMethod) == null) {
          QuorumServiceGrpc.getSetVotersMethod = getSetVotersMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.SetVotersRequest, io.quorate.v1.SetVotersResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetVoters"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.SetVotersRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.SetVotersResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QuorumServiceMethodDescriptorSupplier("SetVoters"))
              .build();
        }
      }
    }
    return getSetVotersMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ExplainQuorumRequest,
      io.quorate.v1.ExplainQuorumResponse> getExplainQuorumMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ExplainQuorum",
      requestType = io.quorate.v1.ExplainQuorumRequest.class,
      responseType = io.quorate.v1.ExplainQuorumResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ExplainQuorumRequest,
      io.quorate.v1.ExplainQuorumResponse> getExplainQuorumMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ExplainQuorumRequest, io.quorate.v1.ExplainQuorumResponse> getExplainQuorumMethod;
    if ((getExplainQuorumMethod = QuorumServiceGrpc.getExplainQuorumMethod) == null) {
      synchronized (QuorumServiceGrpc.class) {
        if ((getExplainQuorumMethod = QuorumServiceGrpc.getExplainQuorumMethod) == null) {
          QuorumServiceGrpc.getExplainQuorumMethod = getExplainQuorumMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ExplainQuorumRequest, io.quorate.v1.ExplainQuorumResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ExplainQuorum"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ExplainQuorumRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ExplainQuorumResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QuorumServiceMethodDescriptorSupplier("ExplainQuorum"))
              .build();
        }
      }
    }
    return getExplainQuorumMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ForceNewClusterRequest,
      io.quorate.v1.ForceNewClusterResponse> getForceNewClusterMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ForceNewCluster",
      requestType = io.quorate.v1.ForceNewClusterRequest.class,
      responseType = io.quorate.v1.ForceNewClusterResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ForceNewClusterRequest,
      io.quorate.v1.ForceNewClusterResponse> getForceNewClusterMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ForceNewClusterRequest, io.quorate.v1.ForceNewClusterResponse> getForceNewClusterMethod;
    if ((getForceNewClusterMethod = QuorumServiceGrpc.getForceNewClusterMethod) == null) {
      synchronized (QuorumServiceGrpc.class) {
        if ((getForceNewClusterMethod = QuorumServiceGrpc.getForceNewClusterMethod) == null) {
          QuorumServiceGrpc.getForceNewClusterMethod = getForceNewClusterMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ForceNewClusterRequest, io.quorate.v1.ForceNewClusterResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ForceNewCluster"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ForceNewClusterRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ForceNewClusterResponse.getDefaultInstance()))
              .setSchemaDescriptor(new QuorumServiceMethodDescriptorSupplier("ForceNewCluster"))
              .build();
        }
      }
    }
    return getForceNewClusterMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static QuorumServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QuorumServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QuorumServiceStub>() {
        @java.lang.Override
        public QuorumServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QuorumServiceStub(channel, callOptions);
        }
      };
    return QuorumServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static QuorumServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QuorumServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QuorumServiceBlockingV2Stub>() {
        @java.lang.Override
        public QuorumServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QuorumServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return QuorumServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static QuorumServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QuorumServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QuorumServiceBlockingStub>() {
        @java.lang.Override
        public QuorumServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QuorumServiceBlockingStub(channel, callOptions);
        }
      };
    return QuorumServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static QuorumServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<QuorumServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<QuorumServiceFutureStub>() {
        @java.lang.Override
        public QuorumServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new QuorumServiceFutureStub(channel, callOptions);
        }
      };
    return QuorumServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
   * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
   * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
   * from a program that was stopped after it had asked.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * GetQuorum says whether the answering node has quorum at this moment, and for how long surely.
     * Blocks for less than a second at most, and only while quorum goes on from one epoch to the next. Safe to retry. No
     * errors of its own: having no quorum is an answer.
     * </pre>
     */
    default void getQuorum(io.quorate.v1.GetQuorumRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetQuorumResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetQuorumMethod(), responseObserver);
    }

    /**
     * <pre>
     * WatchQuorum sends how quorum stands at the answering node, then every change, and bookmarks while all is quiet.
     * A loss is sent when the lease has run out, which is before any other view can be granted quorum. The stream ends only
     * with the call, or with STOPPING when the agent stops. Errors: LIMIT_REACHED.
     * </pre>
     */
    default void watchQuorum(io.quorate.v1.WatchQuorumRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchQuorumResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchQuorumMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListVoters returns who votes, and how voters are chosen, as far as the answering node knows.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    default void listVoters(io.quorate.v1.ListVotersRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListVotersResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListVotersMethod(), responseObserver);
    }

    /**
     * <pre>
     * SetVoters says how voters are to be chosen from now on: by the cluster, or by name.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the present
     * voters; the voters change after that, one set at a time, as ListVoters shows. Safe to retry. Errors: BAD_REQUEST,
     * NODE_NOT_FOUND for a name that is not in the view, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void setVoters(io.quorate.v1.SetVotersRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.SetVotersResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetVotersMethod(), responseObserver);
    }

    /**
     * <pre>
     * ExplainQuorum says what would happen if these nodes failed, or left, and what would help. It changes nothing.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND for a name that is neither in the view nor a voter's.
     * </pre>
     */
    default void explainQuorum(io.quorate.v1.ExplainQuorumRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ExplainQuorumResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getExplainQuorumMethod(), responseObserver);
    }

    /**
     * <pre>
     * ForceNewCluster forms the cluster anew from the answering node's copy of the cluster database. It is for disasters only:
     * when most voters are lost for good and nothing else can bring quorum back.
     * All members of the answering node's view go along; every other node that was part of the cluster is refused from then
     * on, until its data folder is removed. If most voters are alive after all, merely out of reach, there are two clusters
     * that both have quorum: be certain that they are not. What only the lost voters had of the database is lost; epochs go
     * on above all that can have been granted. Without dry_run, cluster_uid must be that of the present cluster.
     * Blocks until the new cluster is durable here and has quorum, for 10 s at most; without quorum by then the answer says
     * so. Safe to retry with another look at the uid: a cluster that was formed anew has another one. Errors: BAD_REQUEST for
     * a uid that is not the present one's, CLUSTER_STATE when it has quorum or will have, was never formed, is in transition,
     * or the answering node does not vote and so has no copy.
     * </pre>
     */
    default void forceNewCluster(io.quorate.v1.ForceNewClusterRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ForceNewClusterResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getForceNewClusterMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service QuorumService.
   * <pre>
   * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
   * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
   * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
   * from a program that was stopped after it had asked.
   * </pre>
   */
  public static abstract class QuorumServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return QuorumServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service QuorumService.
   * <pre>
   * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
   * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
   * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
   * from a program that was stopped after it had asked.
   * </pre>
   */
  public static final class QuorumServiceStub
      extends io.grpc.stub.AbstractAsyncStub<QuorumServiceStub> {
    private QuorumServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QuorumServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QuorumServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetQuorum says whether the answering node has quorum at this moment, and for how long surely.
     * Blocks for less than a second at most, and only while quorum goes on from one epoch to the next. Safe to retry. No
     * errors of its own: having no quorum is an answer.
     * </pre>
     */
    public void getQuorum(io.quorate.v1.GetQuorumRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetQuorumResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetQuorumMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * WatchQuorum sends how quorum stands at the answering node, then every change, and bookmarks while all is quiet.
     * A loss is sent when the lease has run out, which is before any other view can be granted quorum. The stream ends only
     * with the call, or with STOPPING when the agent stops. Errors: LIMIT_REACHED.
     * </pre>
     */
    public void watchQuorum(io.quorate.v1.WatchQuorumRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchQuorumResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchQuorumMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListVoters returns who votes, and how voters are chosen, as far as the answering node knows.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public void listVoters(io.quorate.v1.ListVotersRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListVotersResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListVotersMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * SetVoters says how voters are to be chosen from now on: by the cluster, or by name.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the present
     * voters; the voters change after that, one set at a time, as ListVoters shows. Safe to retry. Errors: BAD_REQUEST,
     * NODE_NOT_FOUND for a name that is not in the view, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void setVoters(io.quorate.v1.SetVotersRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.SetVotersResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetVotersMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ExplainQuorum says what would happen if these nodes failed, or left, and what would help. It changes nothing.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND for a name that is neither in the view nor a voter's.
     * </pre>
     */
    public void explainQuorum(io.quorate.v1.ExplainQuorumRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ExplainQuorumResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getExplainQuorumMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ForceNewCluster forms the cluster anew from the answering node's copy of the cluster database. It is for disasters only:
     * when most voters are lost for good and nothing else can bring quorum back.
     * All members of the answering node's view go along; every other node that was part of the cluster is refused from then
     * on, until its data folder is removed. If most voters are alive after all, merely out of reach, there are two clusters
     * that both have quorum: be certain that they are not. What only the lost voters had of the database is lost; epochs go
     * on above all that can have been granted. Without dry_run, cluster_uid must be that of the present cluster.
     * Blocks until the new cluster is durable here and has quorum, for 10 s at most; without quorum by then the answer says
     * so. Safe to retry with another look at the uid: a cluster that was formed anew has another one. Errors: BAD_REQUEST for
     * a uid that is not the present one's, CLUSTER_STATE when it has quorum or will have, was never formed, is in transition,
     * or the answering node does not vote and so has no copy.
     * </pre>
     */
    public void forceNewCluster(io.quorate.v1.ForceNewClusterRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ForceNewClusterResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getForceNewClusterMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service QuorumService.
   * <pre>
   * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
   * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
   * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
   * from a program that was stopped after it had asked.
   * </pre>
   */
  public static final class QuorumServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<QuorumServiceBlockingV2Stub> {
    private QuorumServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QuorumServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QuorumServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * GetQuorum says whether the answering node has quorum at this moment, and for how long surely.
     * Blocks for less than a second at most, and only while quorum goes on from one epoch to the next. Safe to retry. No
     * errors of its own: having no quorum is an answer.
     * </pre>
     */
    public io.quorate.v1.GetQuorumResponse getQuorum(io.quorate.v1.GetQuorumRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetQuorumMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchQuorum sends how quorum stands at the answering node, then every change, and bookmarks while all is quiet.
     * A loss is sent when the lease has run out, which is before any other view can be granted quorum. The stream ends only
     * with the call, or with STOPPING when the agent stops. Errors: LIMIT_REACHED.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.WatchQuorumResponse>
        watchQuorum(io.quorate.v1.WatchQuorumRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchQuorumMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListVoters returns who votes, and how voters are chosen, as far as the answering node knows.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public io.quorate.v1.ListVotersResponse listVoters(io.quorate.v1.ListVotersRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListVotersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * SetVoters says how voters are to be chosen from now on: by the cluster, or by name.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the present
     * voters; the voters change after that, one set at a time, as ListVoters shows. Safe to retry. Errors: BAD_REQUEST,
     * NODE_NOT_FOUND for a name that is not in the view, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.SetVotersResponse setVoters(io.quorate.v1.SetVotersRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetVotersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ExplainQuorum says what would happen if these nodes failed, or left, and what would help. It changes nothing.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND for a name that is neither in the view nor a voter's.
     * </pre>
     */
    public io.quorate.v1.ExplainQuorumResponse explainQuorum(io.quorate.v1.ExplainQuorumRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getExplainQuorumMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ForceNewCluster forms the cluster anew from the answering node's copy of the cluster database. It is for disasters only:
     * when most voters are lost for good and nothing else can bring quorum back.
     * All members of the answering node's view go along; every other node that was part of the cluster is refused from then
     * on, until its data folder is removed. If most voters are alive after all, merely out of reach, there are two clusters
     * that both have quorum: be certain that they are not. What only the lost voters had of the database is lost; epochs go
     * on above all that can have been granted. Without dry_run, cluster_uid must be that of the present cluster.
     * Blocks until the new cluster is durable here and has quorum, for 10 s at most; without quorum by then the answer says
     * so. Safe to retry with another look at the uid: a cluster that was formed anew has another one. Errors: BAD_REQUEST for
     * a uid that is not the present one's, CLUSTER_STATE when it has quorum or will have, was never formed, is in transition,
     * or the answering node does not vote and so has no copy.
     * </pre>
     */
    public io.quorate.v1.ForceNewClusterResponse forceNewCluster(io.quorate.v1.ForceNewClusterRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getForceNewClusterMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service QuorumService.
   * <pre>
   * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
   * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
   * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
   * from a program that was stopped after it had asked.
   * </pre>
   */
  public static final class QuorumServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<QuorumServiceBlockingStub> {
    private QuorumServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QuorumServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QuorumServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetQuorum says whether the answering node has quorum at this moment, and for how long surely.
     * Blocks for less than a second at most, and only while quorum goes on from one epoch to the next. Safe to retry. No
     * errors of its own: having no quorum is an answer.
     * </pre>
     */
    public io.quorate.v1.GetQuorumResponse getQuorum(io.quorate.v1.GetQuorumRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetQuorumMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchQuorum sends how quorum stands at the answering node, then every change, and bookmarks while all is quiet.
     * A loss is sent when the lease has run out, which is before any other view can be granted quorum. The stream ends only
     * with the call, or with STOPPING when the agent stops. Errors: LIMIT_REACHED.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.WatchQuorumResponse> watchQuorum(
        io.quorate.v1.WatchQuorumRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchQuorumMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListVoters returns who votes, and how voters are chosen, as far as the answering node knows.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public io.quorate.v1.ListVotersResponse listVoters(io.quorate.v1.ListVotersRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListVotersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * SetVoters says how voters are to be chosen from now on: by the cluster, or by name.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the present
     * voters; the voters change after that, one set at a time, as ListVoters shows. Safe to retry. Errors: BAD_REQUEST,
     * NODE_NOT_FOUND for a name that is not in the view, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.SetVotersResponse setVoters(io.quorate.v1.SetVotersRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetVotersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ExplainQuorum says what would happen if these nodes failed, or left, and what would help. It changes nothing.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND for a name that is neither in the view nor a voter's.
     * </pre>
     */
    public io.quorate.v1.ExplainQuorumResponse explainQuorum(io.quorate.v1.ExplainQuorumRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getExplainQuorumMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ForceNewCluster forms the cluster anew from the answering node's copy of the cluster database. It is for disasters only:
     * when most voters are lost for good and nothing else can bring quorum back.
     * All members of the answering node's view go along; every other node that was part of the cluster is refused from then
     * on, until its data folder is removed. If most voters are alive after all, merely out of reach, there are two clusters
     * that both have quorum: be certain that they are not. What only the lost voters had of the database is lost; epochs go
     * on above all that can have been granted. Without dry_run, cluster_uid must be that of the present cluster.
     * Blocks until the new cluster is durable here and has quorum, for 10 s at most; without quorum by then the answer says
     * so. Safe to retry with another look at the uid: a cluster that was formed anew has another one. Errors: BAD_REQUEST for
     * a uid that is not the present one's, CLUSTER_STATE when it has quorum or will have, was never formed, is in transition,
     * or the answering node does not vote and so has no copy.
     * </pre>
     */
    public io.quorate.v1.ForceNewClusterResponse forceNewCluster(io.quorate.v1.ForceNewClusterRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getForceNewClusterMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service QuorumService.
   * <pre>
   * When it is safe to touch shared data: the right of one view to do so, under an epoch that rises with each grant.
   * Of two sides of a partition one at most has quorum at any moment, and the side that loses it knows before the other can
   * be granted it. Give the epoch along with what you write, and have the storage refuse lower ones: that protects it also
   * from a program that was stopped after it had asked.
   * </pre>
   */
  public static final class QuorumServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<QuorumServiceFutureStub> {
    private QuorumServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected QuorumServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new QuorumServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetQuorum says whether the answering node has quorum at this moment, and for how long surely.
     * Blocks for less than a second at most, and only while quorum goes on from one epoch to the next. Safe to retry. No
     * errors of its own: having no quorum is an answer.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetQuorumResponse> getQuorum(
        io.quorate.v1.GetQuorumRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetQuorumMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListVoters returns who votes, and how voters are chosen, as far as the answering node knows.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListVotersResponse> listVoters(
        io.quorate.v1.ListVotersRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListVotersMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * SetVoters says how voters are to be chosen from now on: by the cluster, or by name.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the present
     * voters; the voters change after that, one set at a time, as ListVoters shows. Safe to retry. Errors: BAD_REQUEST,
     * NODE_NOT_FOUND for a name that is not in the view, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.SetVotersResponse> setVoters(
        io.quorate.v1.SetVotersRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetVotersMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ExplainQuorum says what would happen if these nodes failed, or left, and what would help. It changes nothing.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND for a name that is neither in the view nor a voter's.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ExplainQuorumResponse> explainQuorum(
        io.quorate.v1.ExplainQuorumRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getExplainQuorumMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ForceNewCluster forms the cluster anew from the answering node's copy of the cluster database. It is for disasters only:
     * when most voters are lost for good and nothing else can bring quorum back.
     * All members of the answering node's view go along; every other node that was part of the cluster is refused from then
     * on, until its data folder is removed. If most voters are alive after all, merely out of reach, there are two clusters
     * that both have quorum: be certain that they are not. What only the lost voters had of the database is lost; epochs go
     * on above all that can have been granted. Without dry_run, cluster_uid must be that of the present cluster.
     * Blocks until the new cluster is durable here and has quorum, for 10 s at most; without quorum by then the answer says
     * so. Safe to retry with another look at the uid: a cluster that was formed anew has another one. Errors: BAD_REQUEST for
     * a uid that is not the present one's, CLUSTER_STATE when it has quorum or will have, was never formed, is in transition,
     * or the answering node does not vote and so has no copy.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ForceNewClusterResponse> forceNewCluster(
        io.quorate.v1.ForceNewClusterRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getForceNewClusterMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_QUORUM = 0;
  private static final int METHODID_WATCH_QUORUM = 1;
  private static final int METHODID_LIST_VOTERS = 2;
  private static final int METHODID_SET_VOTERS = 3;
  private static final int METHODID_EXPLAIN_QUORUM = 4;
  private static final int METHODID_FORCE_NEW_CLUSTER = 5;

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
        case METHODID_GET_QUORUM:
          serviceImpl.getQuorum((io.quorate.v1.GetQuorumRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetQuorumResponse>) responseObserver);
          break;
        case METHODID_WATCH_QUORUM:
          serviceImpl.watchQuorum((io.quorate.v1.WatchQuorumRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.WatchQuorumResponse>) responseObserver);
          break;
        case METHODID_LIST_VOTERS:
          serviceImpl.listVoters((io.quorate.v1.ListVotersRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListVotersResponse>) responseObserver);
          break;
        case METHODID_SET_VOTERS:
          serviceImpl.setVoters((io.quorate.v1.SetVotersRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.SetVotersResponse>) responseObserver);
          break;
        case METHODID_EXPLAIN_QUORUM:
          serviceImpl.explainQuorum((io.quorate.v1.ExplainQuorumRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ExplainQuorumResponse>) responseObserver);
          break;
        case METHODID_FORCE_NEW_CLUSTER:
          serviceImpl.forceNewCluster((io.quorate.v1.ForceNewClusterRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ForceNewClusterResponse>) responseObserver);
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
          getGetQuorumMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetQuorumRequest,
              io.quorate.v1.GetQuorumResponse>(
                service, METHODID_GET_QUORUM)))
        .addMethod(
          getWatchQuorumMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.WatchQuorumRequest,
              io.quorate.v1.WatchQuorumResponse>(
                service, METHODID_WATCH_QUORUM)))
        .addMethod(
          getListVotersMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListVotersRequest,
              io.quorate.v1.ListVotersResponse>(
                service, METHODID_LIST_VOTERS)))
        .addMethod(
          getSetVotersMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.SetVotersRequest,
              io.quorate.v1.SetVotersResponse>(
                service, METHODID_SET_VOTERS)))
        .addMethod(
          getExplainQuorumMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ExplainQuorumRequest,
              io.quorate.v1.ExplainQuorumResponse>(
                service, METHODID_EXPLAIN_QUORUM)))
        .addMethod(
          getForceNewClusterMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ForceNewClusterRequest,
              io.quorate.v1.ForceNewClusterResponse>(
                service, METHODID_FORCE_NEW_CLUSTER)))
        .build();
  }

  private static abstract class QuorumServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    QuorumServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.QuorumProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("QuorumService");
    }
  }

  private static final class QuorumServiceFileDescriptorSupplier
      extends QuorumServiceBaseDescriptorSupplier {
    QuorumServiceFileDescriptorSupplier() {}
  }

  private static final class QuorumServiceMethodDescriptorSupplier
      extends QuorumServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    QuorumServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (QuorumServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new QuorumServiceFileDescriptorSupplier())
              .addMethod(getGetQuorumMethod())
              .addMethod(getWatchQuorumMethod())
              .addMethod(getListVotersMethod())
              .addMethod(getSetVotersMethod())
              .addMethod(getExplainQuorumMethod())
              .addMethod(getForceNewClusterMethod())
              .build();
        }
      }
    }
    return result;
  }
}
