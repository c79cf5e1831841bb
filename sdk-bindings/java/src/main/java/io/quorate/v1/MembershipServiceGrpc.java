package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class MembershipServiceGrpc {

  private MembershipServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.MembershipService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetViewRequest,
      io.quorate.v1.GetViewResponse> getGetViewMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetView",
      requestType = io.quorate.v1.GetViewRequest.class,
      responseType = io.quorate.v1.GetViewResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetViewRequest,
      io.quorate.v1.GetViewResponse> getGetViewMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetViewRequest, io.quorate.v1.GetViewResponse> getGetViewMethod;
    if ((getGetViewMethod = MembershipServiceGrpc.getGetViewMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getGetViewMethod = MembershipServiceGrpc.getGetViewMethod) == null) {
          MembershipServiceGrpc.getGetViewMethod = getGetViewMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetViewRequest, io.quorate.v1.GetViewResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetView"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetViewRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetViewResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("GetView"))
              .build();
        }
      }
    }
    return getGetViewMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListNodesRequest,
      io.quorate.v1.ListNodesResponse> getListNodesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNodes",
      requestType = io.quorate.v1.ListNodesRequest.class,
      responseType = io.quorate.v1.ListNodesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListNodesRequest,
      io.quorate.v1.ListNodesResponse> getListNodesMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListNodesRequest, io.quorate.v1.ListNodesResponse> getListNodesMethod;
    if ((getListNodesMethod = MembershipServiceGrpc.getListNodesMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getListNodesMethod = MembershipServiceGrpc.getListNodesMethod) == null) {
          MembershipServiceGrpc.getListNodesMethod = getListNodesMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListNodesRequest, io.quorate.v1.ListNodesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNodes"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListNodesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListNodesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("ListNodes"))
              .build();
        }
      }
    }
    return getListNodesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetNodeRequest,
      io.quorate.v1.GetNodeResponse> getGetNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetNode",
      requestType = io.quorate.v1.GetNodeRequest.class,
      responseType = io.quorate.v1.GetNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetNodeRequest,
      io.quorate.v1.GetNodeResponse> getGetNodeMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetNodeRequest, io.quorate.v1.GetNodeResponse> getGetNodeMethod;
    if ((getGetNodeMethod = MembershipServiceGrpc.getGetNodeMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getGetNodeMethod = MembershipServiceGrpc.getGetNodeMethod) == null) {
          MembershipServiceGrpc.getGetNodeMethod = getGetNodeMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetNodeRequest, io.quorate.v1.GetNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetNode"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("GetNode"))
              .build();
        }
      }
    }
    return getGetNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.WatchMembershipRequest,
      io.quorate.v1.WatchMembershipResponse> getWatchMembershipMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchMembership",
      requestType = io.quorate.v1.WatchMembershipRequest.class,
      responseType = io.quorate.v1.WatchMembershipResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.WatchMembershipRequest,
      io.quorate.v1.WatchMembershipResponse> getWatchMembershipMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.WatchMembershipRequest, io.quorate.v1.WatchMembershipResponse> getWatchMembershipMethod;
    if ((getWatchMembershipMethod = MembershipServiceGrpc.getWatchMembershipMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getWatchMembershipMethod = MembershipServiceGrpc.getWatchMembershipMethod) == null) {
          MembershipServiceGrpc.getWatchMembershipMethod = getWatchMembershipMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.WatchMembershipRequest, io.quorate.v1.WatchMembershipResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchMembership"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchMembershipRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchMembershipResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("WatchMembership"))
              .build();
        }
      }
    }
    return getWatchMembershipMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.LeaveRequest,
      io.quorate.v1.LeaveResponse> getLeaveMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Leave",
      requestType = io.quorate.v1.LeaveRequest.class,
      responseType = io.quorate.v1.LeaveResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.LeaveRequest,
      io.quorate.v1.LeaveResponse> getLeaveMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.LeaveRequest, io.quorate.v1.LeaveResponse> getLeaveMethod;
    if ((getLeaveMethod = MembershipServiceGrpc.getLeaveMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getLeaveMethod = MembershipServiceGrpc.getLeaveMethod) == null) {
          MembershipServiceGrpc.getLeaveMethod = getLeaveMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.LeaveRequest, io.quorate.v1.LeaveResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Leave"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.LeaveRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.LeaveResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("Leave"))
              .build();
        }
      }
    }
    return getLeaveMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.EvictNodeRequest,
      io.quorate.v1.EvictNodeResponse> getEvictNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "EvictNode",
      requestType = io.quorate.v1.EvictNodeRequest.class,
      responseType = io.quorate.v1.EvictNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.EvictNodeRequest,
      io.quorate.v1.EvictNodeResponse> getEvictNodeMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.EvictNodeRequest, io.quorate.v1.EvictNodeResponse> getEvictNodeMethod;
    if ((getEvictNodeMethod = MembershipServiceGrpc.getEvictNodeMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getEvictNodeMethod = MembershipServiceGrpc.getEvictNodeMethod) == null) {
          MembershipServiceGrpc.getEvictNodeMethod = getEvictNodeMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.EvictNodeRequest, io.quorate.v1.EvictNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "EvictNode"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.EvictNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.EvictNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("EvictNode"))
              .build();
        }
      }
    }
    return getEvictNodeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ReadmitNodeRequest,
      io.quorate.v1.ReadmitNodeResponse> getReadmitNodeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ReadmitNode",
      requestType = io.quorate.v1.ReadmitNodeRequest.class,
      responseType = io.quorate.v1.ReadmitNodeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ReadmitNodeRequest,
      io.quorate.v1.ReadmitNodeResponse> getReadmitNodeMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ReadmitNodeRequest, io.quorate.v1.ReadmitNodeResponse> getReadmitNodeMethod;
    if ((getReadmitNodeMethod = MembershipServiceGrpc.getReadmitNodeMethod) == null) {
      synchronized (MembershipServiceGrpc.class) {
        if ((getReadmitNodeMethod = MembershipServiceGrpc.getReadmitNodeMethod) == null) {
          MembershipServiceGrpc.getReadmitNodeMethod = getReadmitNodeMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ReadmitNodeRequest, io.quorate.v1.ReadmitNodeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ReadmitNode"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ReadmitNodeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ReadmitNodeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new MembershipServiceMethodDescriptorSupplier("ReadmitNode"))
              .build();
        }
      }
    }
    return getReadmitNodeMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static MembershipServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MembershipServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MembershipServiceStub>() {
        @java.lang.Override
        public MembershipServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MembershipServiceStub(channel, callOptions);
        }
      };
    return MembershipServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static MembershipServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MembershipServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MembershipServiceBlockingV2Stub>() {
        @java.lang.Override
        public MembershipServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MembershipServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return MembershipServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static MembershipServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MembershipServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MembershipServiceBlockingStub>() {
        @java.lang.Override
        public MembershipServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MembershipServiceBlockingStub(channel, callOptions);
        }
      };
    return MembershipServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static MembershipServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MembershipServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MembershipServiceFutureStub>() {
        @java.lang.Override
        public MembershipServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MembershipServiceFutureStub(channel, callOptions);
        }
      };
    return MembershipServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * GetView returns the last installed view and how far it has come.
     * Never blocks. Safe to retry. Errors: NO_VIEW while the node is forming its first view.
     * </pre>
     */
    default void getView(io.quorate.v1.GetViewRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetViewResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetViewMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListNodes returns all nodes the answering node knows, members first, each with its link and channels.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, BAD_PAGE_TOKEN.
     * </pre>
     */
    default void listNodes(io.quorate.v1.ListNodesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListNodesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNodesMethod(), responseObserver);
    }

    /**
     * <pre>
     * GetNode returns what the answering node knows of one node.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND.
     * </pre>
     */
    default void getNode(io.quorate.v1.GetNodeRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * WatchMembership sends a snapshot, then every change: views, transitions, nodes and their links, and bookmarks
     * while all is quiet.
     * Views are sent without gap or duplicate, also when the stream is resumed with a cursor on another agent. Node and
     * link changes are the answering node's own picture: a resumed stream sends their present state, not each past one.
     * The stream ends only with the call, or with STOPPING when the agent stops. A cursor that a node does not know while
     * it is between two views waits until it has the next one. Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW
     * with a cursor at a node that is forming its first view: another agent can resume it.
     * </pre>
     */
    default void watchMembership(io.quorate.v1.WatchMembershipRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchMembershipResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchMembershipMethod(), responseObserver);
    }

    /**
     * <pre>
     * Leave makes the answering node leave the cluster cleanly and then stops its agent.
     * Blocks until the other members have agreed on a view without the node, or the agent's leave_timeout has passed.
     * Safe to retry: a second call waits for the same departure. Errors: STOPPING.
     * </pre>
     */
    default void leave(io.quorate.v1.LeaveRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.LeaveResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getLeaveMethod(), responseObserver);
    }

    /**
     * <pre>
     * EvictNode removes a node from the cluster and has it refused from then on by every member, until ReadmitNode.
     * Returns when the answering node has recorded the eviction durably; the view without the node follows. Safe to retry.
     * Errors: BAD_REQUEST, EVICTION_STATE, LIMIT_REACHED.
     * </pre>
     */
    default void evictNode(io.quorate.v1.EvictNodeRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.EvictNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEvictNodeMethod(), responseObserver);
    }

    /**
     * <pre>
     * ReadmitNode lifts an eviction; the node comes back by itself when its agent runs.
     * Returns when the answering node has recorded it durably. Safe to retry. Errors: BAD_REQUEST, EVICTION_STATE.
     * </pre>
     */
    default void readmitNode(io.quorate.v1.ReadmitNodeRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ReadmitNodeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getReadmitNodeMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service MembershipService.
   * <pre>
   * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
   * </pre>
   */
  public static abstract class MembershipServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return MembershipServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service MembershipService.
   * <pre>
   * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
   * </pre>
   */
  public static final class MembershipServiceStub
      extends io.grpc.stub.AbstractAsyncStub<MembershipServiceStub> {
    private MembershipServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MembershipServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MembershipServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetView returns the last installed view and how far it has come.
     * Never blocks. Safe to retry. Errors: NO_VIEW while the node is forming its first view.
     * </pre>
     */
    public void getView(io.quorate.v1.GetViewRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetViewResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetViewMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListNodes returns all nodes the answering node knows, members first, each with its link and channels.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, BAD_PAGE_TOKEN.
     * </pre>
     */
    public void listNodes(io.quorate.v1.ListNodesRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListNodesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNodesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * GetNode returns what the answering node knows of one node.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND.
     * </pre>
     */
    public void getNode(io.quorate.v1.GetNodeRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * WatchMembership sends a snapshot, then every change: views, transitions, nodes and their links, and bookmarks
     * while all is quiet.
     * Views are sent without gap or duplicate, also when the stream is resumed with a cursor on another agent. Node and
     * link changes are the answering node's own picture: a resumed stream sends their present state, not each past one.
     * The stream ends only with the call, or with STOPPING when the agent stops. A cursor that a node does not know while
     * it is between two views waits until it has the next one. Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW
     * with a cursor at a node that is forming its first view: another agent can resume it.
     * </pre>
     */
    public void watchMembership(io.quorate.v1.WatchMembershipRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchMembershipResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchMembershipMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Leave makes the answering node leave the cluster cleanly and then stops its agent.
     * Blocks until the other members have agreed on a view without the node, or the agent's leave_timeout has passed.
     * Safe to retry: a second call waits for the same departure. Errors: STOPPING.
     * </pre>
     */
    public void leave(io.quorate.v1.LeaveRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.LeaveResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getLeaveMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * EvictNode removes a node from the cluster and has it refused from then on by every member, until ReadmitNode.
     * Returns when the answering node has recorded the eviction durably; the view without the node follows. Safe to retry.
     * Errors: BAD_REQUEST, EVICTION_STATE, LIMIT_REACHED.
     * </pre>
     */
    public void evictNode(io.quorate.v1.EvictNodeRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.EvictNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEvictNodeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ReadmitNode lifts an eviction; the node comes back by itself when its agent runs.
     * Returns when the answering node has recorded it durably. Safe to retry. Errors: BAD_REQUEST, EVICTION_STATE.
     * </pre>
     */
    public void readmitNode(io.quorate.v1.ReadmitNodeRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ReadmitNodeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getReadmitNodeMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service MembershipService.
   * <pre>
   * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
   * </pre>
   */
  public static final class MembershipServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<MembershipServiceBlockingV2Stub> {
    private MembershipServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MembershipServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MembershipServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * GetView returns the last installed view and how far it has come.
     * Never blocks. Safe to retry. Errors: NO_VIEW while the node is forming its first view.
     * </pre>
     */
    public io.quorate.v1.GetViewResponse getView(io.quorate.v1.GetViewRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetViewMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListNodes returns all nodes the answering node knows, members first, each with its link and channels.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, BAD_PAGE_TOKEN.
     * </pre>
     */
    public io.quorate.v1.ListNodesResponse listNodes(io.quorate.v1.ListNodesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNodesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetNode returns what the answering node knows of one node.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND.
     * </pre>
     */
    public io.quorate.v1.GetNodeResponse getNode(io.quorate.v1.GetNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchMembership sends a snapshot, then every change: views, transitions, nodes and their links, and bookmarks
     * while all is quiet.
     * Views are sent without gap or duplicate, also when the stream is resumed with a cursor on another agent. Node and
     * link changes are the answering node's own picture: a resumed stream sends their present state, not each past one.
     * The stream ends only with the call, or with STOPPING when the agent stops. A cursor that a node does not know while
     * it is between two views waits until it has the next one. Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW
     * with a cursor at a node that is forming its first view: another agent can resume it.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.WatchMembershipResponse>
        watchMembership(io.quorate.v1.WatchMembershipRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchMembershipMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Leave makes the answering node leave the cluster cleanly and then stops its agent.
     * Blocks until the other members have agreed on a view without the node, or the agent's leave_timeout has passed.
     * Safe to retry: a second call waits for the same departure. Errors: STOPPING.
     * </pre>
     */
    public io.quorate.v1.LeaveResponse leave(io.quorate.v1.LeaveRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getLeaveMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * EvictNode removes a node from the cluster and has it refused from then on by every member, until ReadmitNode.
     * Returns when the answering node has recorded the eviction durably; the view without the node follows. Safe to retry.
     * Errors: BAD_REQUEST, EVICTION_STATE, LIMIT_REACHED.
     * </pre>
     */
    public io.quorate.v1.EvictNodeResponse evictNode(io.quorate.v1.EvictNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEvictNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ReadmitNode lifts an eviction; the node comes back by itself when its agent runs.
     * Returns when the answering node has recorded it durably. Safe to retry. Errors: BAD_REQUEST, EVICTION_STATE.
     * </pre>
     */
    public io.quorate.v1.ReadmitNodeResponse readmitNode(io.quorate.v1.ReadmitNodeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getReadmitNodeMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service MembershipService.
   * <pre>
   * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
   * </pre>
   */
  public static final class MembershipServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<MembershipServiceBlockingStub> {
    private MembershipServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MembershipServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MembershipServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetView returns the last installed view and how far it has come.
     * Never blocks. Safe to retry. Errors: NO_VIEW while the node is forming its first view.
     * </pre>
     */
    public io.quorate.v1.GetViewResponse getView(io.quorate.v1.GetViewRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetViewMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListNodes returns all nodes the answering node knows, members first, each with its link and channels.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, BAD_PAGE_TOKEN.
     * </pre>
     */
    public io.quorate.v1.ListNodesResponse listNodes(io.quorate.v1.ListNodesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNodesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * GetNode returns what the answering node knows of one node.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND.
     * </pre>
     */
    public io.quorate.v1.GetNodeResponse getNode(io.quorate.v1.GetNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * WatchMembership sends a snapshot, then every change: views, transitions, nodes and their links, and bookmarks
     * while all is quiet.
     * Views are sent without gap or duplicate, also when the stream is resumed with a cursor on another agent. Node and
     * link changes are the answering node's own picture: a resumed stream sends their present state, not each past one.
     * The stream ends only with the call, or with STOPPING when the agent stops. A cursor that a node does not know while
     * it is between two views waits until it has the next one. Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW
     * with a cursor at a node that is forming its first view: another agent can resume it.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.WatchMembershipResponse> watchMembership(
        io.quorate.v1.WatchMembershipRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchMembershipMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Leave makes the answering node leave the cluster cleanly and then stops its agent.
     * Blocks until the other members have agreed on a view without the node, or the agent's leave_timeout has passed.
     * Safe to retry: a second call waits for the same departure. Errors: STOPPING.
     * </pre>
     */
    public io.quorate.v1.LeaveResponse leave(io.quorate.v1.LeaveRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getLeaveMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * EvictNode removes a node from the cluster and has it refused from then on by every member, until ReadmitNode.
     * Returns when the answering node has recorded the eviction durably; the view without the node follows. Safe to retry.
     * Errors: BAD_REQUEST, EVICTION_STATE, LIMIT_REACHED.
     * </pre>
     */
    public io.quorate.v1.EvictNodeResponse evictNode(io.quorate.v1.EvictNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEvictNodeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ReadmitNode lifts an eviction; the node comes back by itself when its agent runs.
     * Returns when the answering node has recorded it durably. Safe to retry. Errors: BAD_REQUEST, EVICTION_STATE.
     * </pre>
     */
    public io.quorate.v1.ReadmitNodeResponse readmitNode(io.quorate.v1.ReadmitNodeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getReadmitNodeMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service MembershipService.
   * <pre>
   * Who is in the cluster, as agreed in views, and how the answering node sees the other nodes and the links to them.
   * </pre>
   */
  public static final class MembershipServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<MembershipServiceFutureStub> {
    private MembershipServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MembershipServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MembershipServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetView returns the last installed view and how far it has come.
     * Never blocks. Safe to retry. Errors: NO_VIEW while the node is forming its first view.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetViewResponse> getView(
        io.quorate.v1.GetViewRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetViewMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListNodes returns all nodes the answering node knows, members first, each with its link and channels.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, BAD_PAGE_TOKEN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListNodesResponse> listNodes(
        io.quorate.v1.ListNodesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNodesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * GetNode returns what the answering node knows of one node.
     * Never blocks. Safe to retry. Errors: BAD_REQUEST, NODE_NOT_FOUND.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetNodeResponse> getNode(
        io.quorate.v1.GetNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Leave makes the answering node leave the cluster cleanly and then stops its agent.
     * Blocks until the other members have agreed on a view without the node, or the agent's leave_timeout has passed.
     * Safe to retry: a second call waits for the same departure. Errors: STOPPING.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.LeaveResponse> leave(
        io.quorate.v1.LeaveRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getLeaveMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * EvictNode removes a node from the cluster and has it refused from then on by every member, until ReadmitNode.
     * Returns when the answering node has recorded the eviction durably; the view without the node follows. Safe to retry.
     * Errors: BAD_REQUEST, EVICTION_STATE, LIMIT_REACHED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.EvictNodeResponse> evictNode(
        io.quorate.v1.EvictNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEvictNodeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ReadmitNode lifts an eviction; the node comes back by itself when its agent runs.
     * Returns when the answering node has recorded it durably. Safe to retry. Errors: BAD_REQUEST, EVICTION_STATE.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ReadmitNodeResponse> readmitNode(
        io.quorate.v1.ReadmitNodeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getReadmitNodeMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_VIEW = 0;
  private static final int METHODID_LIST_NODES = 1;
  private static final int METHODID_GET_NODE = 2;
  private static final int METHODID_WATCH_MEMBERSHIP = 3;
  private static final int METHODID_LEAVE = 4;
  private static final int METHODID_EVICT_NODE = 5;
  private static final int METHODID_READMIT_NODE = 6;

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
        case METHODID_GET_VIEW:
          serviceImpl.getView((io.quorate.v1.GetViewRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetViewResponse>) responseObserver);
          break;
        case METHODID_LIST_NODES:
          serviceImpl.listNodes((io.quorate.v1.ListNodesRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListNodesResponse>) responseObserver);
          break;
        case METHODID_GET_NODE:
          serviceImpl.getNode((io.quorate.v1.GetNodeRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetNodeResponse>) responseObserver);
          break;
        case METHODID_WATCH_MEMBERSHIP:
          serviceImpl.watchMembership((io.quorate.v1.WatchMembershipRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.WatchMembershipResponse>) responseObserver);
          break;
        case METHODID_LEAVE:
          serviceImpl.leave((io.quorate.v1.LeaveRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.LeaveResponse>) responseObserver);
          break;
        case METHODID_EVICT_NODE:
          serviceImpl.evictNode((io.quorate.v1.EvictNodeRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.EvictNodeResponse>) responseObserver);
          break;
        case METHODID_READMIT_NODE:
          serviceImpl.readmitNode((io.quorate.v1.ReadmitNodeRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ReadmitNodeResponse>) responseObserver);
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
          getGetViewMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetViewRequest,
              io.quorate.v1.GetViewResponse>(
                service, METHODID_GET_VIEW)))
        .addMethod(
          getListNodesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListNodesRequest,
              io.quorate.v1.ListNodesResponse>(
                service, METHODID_LIST_NODES)))
        .addMethod(
          getGetNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetNodeRequest,
              io.quorate.v1.GetNodeResponse>(
                service, METHODID_GET_NODE)))
        .addMethod(
          getWatchMembershipMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.WatchMembershipRequest,
              io.quorate.v1.WatchMembershipResponse>(
                service, METHODID_WATCH_MEMBERSHIP)))
        .addMethod(
          getLeaveMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.LeaveRequest,
              io.quorate.v1.LeaveResponse>(
                service, METHODID_LEAVE)))
        .addMethod(
          getEvictNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.EvictNodeRequest,
              io.quorate.v1.EvictNodeResponse>(
                service, METHODID_EVICT_NODE)))
        .addMethod(
          getReadmitNodeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ReadmitNodeRequest,
              io.quorate.v1.ReadmitNodeResponse>(
                service, METHODID_READMIT_NODE)))
        .build();
  }

  private static abstract class MembershipServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    MembershipServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.MembershipProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("MembershipService");
    }
  }

  private static final class MembershipServiceFileDescriptorSupplier
      extends MembershipServiceBaseDescriptorSupplier {
    MembershipServiceFileDescriptorSupplier() {}
  }

  private static final class MembershipServiceMethodDescriptorSupplier
      extends MembershipServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    MembershipServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (MembershipServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new MembershipServiceFileDescriptorSupplier())
              .addMethod(getGetViewMethod())
              .addMethod(getListNodesMethod())
              .addMethod(getGetNodeMethod())
              .addMethod(getWatchMembershipMethod())
              .addMethod(getLeaveMethod())
              .addMethod(getEvictNodeMethod())
              .addMethod(getReadmitNodeMethod())
              .build();
        }
      }
    }
    return result;
  }
}
