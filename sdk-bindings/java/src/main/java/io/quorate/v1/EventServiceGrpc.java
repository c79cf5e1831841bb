package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
 * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
 * on a stream, and in the order of their ids in a listing.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class EventServiceGrpc {

  private EventServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.EventService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.WatchEventsRequest,
      io.quorate.v1.WatchEventsResponse> getWatchEventsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchEvents",
      requestType = io.quorate.v1.WatchEventsRequest.class,
      responseType = io.quorate.v1.WatchEventsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.WatchEventsRequest,
      io.quorate.v1.WatchEventsResponse> getWatchEventsMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.WatchEventsRequest, io.quorate.v1.WatchEventsResponse> getWatchEventsMethod;
    if ((getWatchEventsMethod = EventServiceGrpc.getWatchEventsMethod) == null) {
      synchronized (EventServiceGrpc.class) {
        if ((getWatchEventsMethod = EventServiceGrpc.getWatchEventsMethod) == null) {
          EventServiceGrpc.getWatchEventsMethod = getWatchEventsMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.WatchEventsRequest, io.quorate.v1.WatchEventsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchEvents"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchEventsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.WatchEventsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new EventServiceMethodDescriptorSupplier("WatchEvents"))
              .build();
        }
      }
    }
    return getWatchEventsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListEventsRequest,
      io.quorate.v1.ListEventsResponse> getListEventsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListEvents",
      requestType = io.quorate.v1.ListEventsRequest.class,
      responseType = io.quorate.v1.ListEventsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListEventsRequest,
      io.quorate.v1.ListEventsResponse> getListEventsMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListEventsRequest, io.quorate.v1.ListEventsResponse> getListEventsMethod;
    if ((getListEventsMethod = EventServiceGrpc.getListEventsMethod) == null) {
      synchronized (EventServiceGrpc.class) {
        if ((getListEventsMethod = EventServiceGrpc.getListEventsMethod) == null) {
          EventServiceGrpc.getListEventsMethod = getListEventsMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListEventsRequest, io.quorate.v1.ListEventsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListEvents"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListEventsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListEventsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new EventServiceMethodDescriptorSupplier("ListEvents"))
              .build();
        }
      }
    }
    return getListEventsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListHistoryRequest,
      io.quorate.v1.ListHistoryResponse> getListHistoryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListHistory",
      requestType = io.quorate.v1.ListHistoryRequest.class,
      responseType = io.quorate.v1.ListHistoryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListHistoryRequest,
      io.quorate.v1.ListHistoryResponse> getListHistoryMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListHistoryRequest, io.quorate.v1.ListHistoryResponse> getListHistoryMethod;
    if ((getListHistoryMethod = EventServiceGrpc.getListHistoryMethod) == null) {
      synchronized (EventServiceGrpc.class) {
        if ((getListHistoryMethod = EventServiceGrpc.getListHistoryMethod) == null) {
          EventServiceGrpc.getListHistoryMethod = getListHistoryMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListHistoryRequest, io.quorate.v1.ListHistoryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListHistory"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListHistoryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListHistoryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new EventServiceMethodDescriptorSupplier("ListHistory"))
              .build();
        }
      }
    }
    return getListHistoryMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static EventServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EventServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EventServiceStub>() {
        @java.lang.Override
        public EventServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EventServiceStub(channel, callOptions);
        }
      };
    return EventServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static EventServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EventServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EventServiceBlockingV2Stub>() {
        @java.lang.Override
        public EventServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EventServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return EventServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static EventServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EventServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EventServiceBlockingStub>() {
        @java.lang.Override
        public EventServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EventServiceBlockingStub(channel, callOptions);
        }
      };
    return EventServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static EventServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EventServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EventServiceFutureStub>() {
        @java.lang.Override
        public EventServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EventServiceFutureStub(channel, callOptions);
        }
      };
    return EventServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
   * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
   * on a stream, and in the order of their ids in a listing.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * WatchEvents sends a snapshot, then every event as it happens, and bookmarks while all is quiet.
     * Views are sent exactly once, also when the stream is resumed with a cursor on another agent. TransitionStarted,
     * ViewStable and Quorum tell of the answering node alone; a resumed stream repeats only what is in force. The stream ends only
     * with the call, or with STOPPING when the agent stops. A cursor that a node does not know while it is between two
     * views waits until it has the next one.
     * Of sessions, names and barriers a CoordinationSnapshot tells first how they stand, then each change follows once and in the
     * order of its revision, as soon as a majority of the voters hold it. It comes a little later where the node has no copy of
     * them yet; the other events do not wait for that. A resumed stream goes on after its cursor while that is known, and
     * otherwise with another such snapshot, which says why. Between these changes and the other events there is no order but
     * that in which the answering node learned of them.
     * Of services everywhere in the cluster, and of their recovery, a RecoverySnapshot tells first how they stand, as whoever
     * leads recovery knows it; each change follows. What lasts for less than the time to tell of it (some milliseconds) may be
     * left out, never how something stands now. Cursors have no place among these: a resumed stream begins them anew.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW with a cursor at a node that is forming its first view: another
     * agent can resume it.
     * </pre>
     */
    default void watchEvents(io.quorate.v1.WatchEventsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchEventsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchEventsMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListEvents returns the history that the answering node keeps, oldest first.
     * Blocks only with a cursor that the node does not know while it is between two views, until it has the next one. Safe
     * to retry. Errors: BAD_REQUEST, BAD_CURSOR, BAD_PAGE_TOKEN; NO_VIEW and STOPPING with a cursor, as WatchEvents.
     * </pre>
     */
    default void listEvents(io.quorate.v1.ListEventsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListEventsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListEventsMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListHistory returns what the cluster database remembers, oldest first: views with their causes, grants of quorum with
     * their epochs, and what operators did, also from before all agents were started anew. At most 4,096 records are kept.
     * A voter answers from its own copy, with or without quorum; any other node asks the one that leads. Views are written
     * down with the next grant of quorum, so what happened without quorum comes late. Safe to retry. Errors: BAD_REQUEST,
     * BAD_PAGE_TOKEN, CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a node that does not vote while nobody
     * is known to lead.
     * </pre>
     */
    default void listHistory(io.quorate.v1.ListHistoryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListHistoryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListHistoryMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service EventService.
   * <pre>
   * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
   * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
   * on a stream, and in the order of their ids in a listing.
   * </pre>
   */
  public static abstract class EventServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return EventServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service EventService.
   * <pre>
   * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
   * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
   * on a stream, and in the order of their ids in a listing.
   * </pre>
   */
  public static final class EventServiceStub
      extends io.grpc.stub.AbstractAsyncStub<EventServiceStub> {
    private EventServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EventServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EventServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * WatchEvents sends a snapshot, then every event as it happens, and bookmarks while all is quiet.
     * Views are sent exactly once, also when the stream is resumed with a cursor on another agent. TransitionStarted,
     * ViewStable and Quorum tell of the answering node alone; a resumed stream repeats only what is in force. The stream ends only
     * with the call, or with STOPPING when the agent stops. A cursor that a node does not know while it is between two
     * views waits until it has the next one.
     * Of sessions, names and barriers a CoordinationSnapshot tells first how they stand, then each change follows once and in the
     * order of its revision, as soon as a majority of the voters hold it. It comes a little later where the node has no copy of
     * them yet; the other events do not wait for that. A resumed stream goes on after its cursor while that is known, and
     * otherwise with another such snapshot, which says why. Between these changes and the other events there is no order but
     * that in which the answering node learned of them.
     * Of services everywhere in the cluster, and of their recovery, a RecoverySnapshot tells first how they stand, as whoever
     * leads recovery knows it; each change follows. What lasts for less than the time to tell of it (some milliseconds) may be
     * left out, never how something stands now. Cursors have no place among these: a resumed stream begins them anew.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW with a cursor at a node that is forming its first view: another
     * agent can resume it.
     * </pre>
     */
    public void watchEvents(io.quorate.v1.WatchEventsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.WatchEventsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchEventsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListEvents returns the history that the answering node keeps, oldest first.
     * Blocks only with a cursor that the node does not know while it is between two views, until it has the next one. Safe
     * to retry. Errors: BAD_REQUEST, BAD_CURSOR, BAD_PAGE_TOKEN; NO_VIEW and STOPPING with a cursor, as WatchEvents.
     * </pre>
     */
    public void listEvents(io.quorate.v1.ListEventsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListEventsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListEventsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListHistory returns what the cluster database remembers, oldest first: views with their causes, grants of quorum with
     * their epochs, and what operators did, also from before all agents were started anew. At most 4,096 records are kept.
     * A voter answers from its own copy, with or without quorum; any other node asks the one that leads. Views are written
     * down with the next grant of quorum, so what happened without quorum comes late. Safe to retry. Errors: BAD_REQUEST,
     * BAD_PAGE_TOKEN, CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a node that does not vote while nobody
     * is known to lead.
     * </pre>
     */
    public void listHistory(io.quorate.v1.ListHistoryRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListHistoryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListHistoryMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service EventService.
   * <pre>
   * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
   * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
   * on a stream, and in the order of their ids in a listing.
   * </pre>
   */
  public static final class EventServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<EventServiceBlockingV2Stub> {
    private EventServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EventServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EventServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * WatchEvents sends a snapshot, then every event as it happens, and bookmarks while all is quiet.
     * Views are sent exactly once, also when the stream is resumed with a cursor on another agent. TransitionStarted,
     * ViewStable and Quorum tell of the answering node alone; a resumed stream repeats only what is in force. The stream ends only
     * with the call, or with STOPPING when the agent stops. A cursor that a node does not know while it is between two
     * views waits until it has the next one.
     * Of sessions, names and barriers a CoordinationSnapshot tells first how they stand, then each change follows once and in the
     * order of its revision, as soon as a majority of the voters hold it. It comes a little later where the node has no copy of
     * them yet; the other events do not wait for that. A resumed stream goes on after its cursor while that is known, and
     * otherwise with another such snapshot, which says why. Between these changes and the other events there is no order but
     * that in which the answering node learned of them.
     * Of services everywhere in the cluster, and of their recovery, a RecoverySnapshot tells first how they stand, as whoever
     * leads recovery knows it; each change follows. What lasts for less than the time to tell of it (some milliseconds) may be
     * left out, never how something stands now. Cursors have no place among these: a resumed stream begins them anew.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW with a cursor at a node that is forming its first view: another
     * agent can resume it.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.WatchEventsResponse>
        watchEvents(io.quorate.v1.WatchEventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListEvents returns the history that the answering node keeps, oldest first.
     * Blocks only with a cursor that the node does not know while it is between two views, until it has the next one. Safe
     * to retry. Errors: BAD_REQUEST, BAD_CURSOR, BAD_PAGE_TOKEN; NO_VIEW and STOPPING with a cursor, as WatchEvents.
     * </pre>
     */
    public io.quorate.v1.ListEventsResponse listEvents(io.quorate.v1.ListEventsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListHistory returns what the cluster database remembers, oldest first: views with their causes, grants of quorum with
     * their epochs, and what operators did, also from before all agents were started anew. At most 4,096 records are kept.
     * A voter answers from its own copy, with or without quorum; any other node asks the one that leads. Views are written
     * down with the next grant of quorum, so what happened without quorum comes late. Safe to retry. Errors: BAD_REQUEST,
     * BAD_PAGE_TOKEN, CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a node that does not vote while nobody
     * is known to lead.
     * </pre>
     */
    public io.quorate.v1.ListHistoryResponse listHistory(io.quorate.v1.ListHistoryRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListHistoryMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service EventService.
   * <pre>
   * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
   * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
   * on a stream, and in the order of their ids in a listing.
   * </pre>
   */
  public static final class EventServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<EventServiceBlockingStub> {
    private EventServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EventServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EventServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * WatchEvents sends a snapshot, then every event as it happens, and bookmarks while all is quiet.
     * Views are sent exactly once, also when the stream is resumed with a cursor on another agent. TransitionStarted,
     * ViewStable and Quorum tell of the answering node alone; a resumed stream repeats only what is in force. The stream ends only
     * with the call, or with STOPPING when the agent stops. A cursor that a node does not know while it is between two
     * views waits until it has the next one.
     * Of sessions, names and barriers a CoordinationSnapshot tells first how they stand, then each change follows once and in the
     * order of its revision, as soon as a majority of the voters hold it. It comes a little later where the node has no copy of
     * them yet; the other events do not wait for that. A resumed stream goes on after its cursor while that is known, and
     * otherwise with another such snapshot, which says why. Between these changes and the other events there is no order but
     * that in which the answering node learned of them.
     * Of services everywhere in the cluster, and of their recovery, a RecoverySnapshot tells first how they stand, as whoever
     * leads recovery knows it; each change follows. What lasts for less than the time to tell of it (some milliseconds) may be
     * left out, never how something stands now. Cursors have no place among these: a resumed stream begins them anew.
     * Errors: BAD_REQUEST, BAD_CURSOR, LIMIT_REACHED; NO_VIEW with a cursor at a node that is forming its first view: another
     * agent can resume it.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.WatchEventsResponse> watchEvents(
        io.quorate.v1.WatchEventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListEvents returns the history that the answering node keeps, oldest first.
     * Blocks only with a cursor that the node does not know while it is between two views, until it has the next one. Safe
     * to retry. Errors: BAD_REQUEST, BAD_CURSOR, BAD_PAGE_TOKEN; NO_VIEW and STOPPING with a cursor, as WatchEvents.
     * </pre>
     */
    public io.quorate.v1.ListEventsResponse listEvents(io.quorate.v1.ListEventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListHistory returns what the cluster database remembers, oldest first: views with their causes, grants of quorum with
     * their epochs, and what operators did, also from before all agents were started anew. At most 4,096 records are kept.
     * A voter answers from its own copy, with or without quorum; any other node asks the one that leads. Views are written
     * down with the next grant of quorum, so what happened without quorum comes late. Safe to retry. Errors: BAD_REQUEST,
     * BAD_PAGE_TOKEN, CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a node that does not vote while nobody
     * is known to lead.
     * </pre>
     */
    public io.quorate.v1.ListHistoryResponse listHistory(io.quorate.v1.ListHistoryRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListHistoryMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service EventService.
   * <pre>
   * What happened in the cluster, without gaps. A view is told after all that lead to it (View.parents). Views that do not
   * lead to each other, those of two sides that were apart, come in the order in which the answering node learned of them
   * on a stream, and in the order of their ids in a listing.
   * </pre>
   */
  public static final class EventServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<EventServiceFutureStub> {
    private EventServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EventServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EventServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * ListEvents returns the history that the answering node keeps, oldest first.
     * Blocks only with a cursor that the node does not know while it is between two views, until it has the next one. Safe
     * to retry. Errors: BAD_REQUEST, BAD_CURSOR, BAD_PAGE_TOKEN; NO_VIEW and STOPPING with a cursor, as WatchEvents.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListEventsResponse> listEvents(
        io.quorate.v1.ListEventsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListEventsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListHistory returns what the cluster database remembers, oldest first: views with their causes, grants of quorum with
     * their epochs, and what operators did, also from before all agents were started anew. At most 4,096 records are kept.
     * A voter answers from its own copy, with or without quorum; any other node asks the one that leads. Views are written
     * down with the next grant of quorum, so what happened without quorum comes late. Safe to retry. Errors: BAD_REQUEST,
     * BAD_PAGE_TOKEN, CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a node that does not vote while nobody
     * is known to lead.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListHistoryResponse> listHistory(
        io.quorate.v1.ListHistoryRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListHistoryMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_WATCH_EVENTS = 0;
  private static final int METHODID_LIST_EVENTS = 1;
  private static final int METHODID_LIST_HISTORY = 2;

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
        case METHODID_WATCH_EVENTS:
          serviceImpl.watchEvents((io.quorate.v1.WatchEventsRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.WatchEventsResponse>) responseObserver);
          break;
        case METHODID_LIST_EVENTS:
          serviceImpl.listEvents((io.quorate.v1.ListEventsRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListEventsResponse>) responseObserver);
          break;
        case METHODID_LIST_HISTORY:
          serviceImpl.listHistory((io.quorate.v1.ListHistoryRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListHistoryResponse>) responseObserver);
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
          getWatchEventsMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.WatchEventsRequest,
              io.quorate.v1.WatchEventsResponse>(
                service, METHODID_WATCH_EVENTS)))
        .addMethod(
          getListEventsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListEventsRequest,
              io.quorate.v1.ListEventsResponse>(
                service, METHODID_LIST_EVENTS)))
        .addMethod(
          getListHistoryMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListHistoryRequest,
              io.quorate.v1.ListHistoryResponse>(
                service, METHODID_LIST_HISTORY)))
        .build();
  }

  private static abstract class EventServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    EventServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.EventProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("EventService");
    }
  }

  private static final class EventServiceFileDescriptorSupplier
      extends EventServiceBaseDescriptorSupplier {
    EventServiceFileDescriptorSupplier() {}
  }

  private static final class EventServiceMethodDescriptorSupplier
      extends EventServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    EventServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (EventServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new EventServiceFileDescriptorSupplier())
              .addMethod(getWatchEventsMethod())
              .addMethod(getListEventsMethod())
              .addMethod(getListHistoryMethod())
              .build();
        }
      }
    }
    return result;
  }
}
