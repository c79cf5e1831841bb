package io.quorate.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class AdminServiceGrpc {

  private AdminServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "quorate.v1.AdminService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.GetAgentRequest,
      io.quorate.v1.GetAgentResponse> getGetAgentMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetAgent",
      requestType = io.quorate.v1.GetAgentRequest.class,
      responseType = io.quorate.v1.GetAgentResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.GetAgentRequest,
      io.quorate.v1.GetAgentResponse> getGetAgentMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.GetAgentRequest, io.quorate.v1.GetAgentResponse> getGetAgentMethod;
    if ((getGetAgentMethod = AdminServiceGrpc.getGetAgentMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getGetAgentMethod = AdminServiceGrpc.getGetAgentMethod) == null) {
          AdminServiceGrpc.getGetAgentMethod = getGetAgentMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.GetAgentRequest, io.quorate.v1.GetAgentResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetAgent"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetAgentRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.GetAgentResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("GetAgent"))
              .build();
        }
      }
    }
    return getGetAgentMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.ListSettingsRequest,
      io.quorate.v1.ListSettingsResponse> getListSettingsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListSettings",
      requestType = io.quorate.v1.ListSettingsRequest.class,
      responseType = io.quorate.v1.ListSettingsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.ListSettingsRequest,
      io.quorate.v1.ListSettingsResponse> getListSettingsMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.ListSettingsRequest, io.quorate.v1.ListSettingsResponse> getListSettingsMethod;
    if ((getListSettingsMethod = AdminServiceGrpc.getListSettingsMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getListSettingsMethod = AdminServiceGrpc.getListSettingsMethod) == null) {
          AdminServiceGrpc.getListSettingsMethod = getListSettingsMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.ListSettingsRequest, io.quorate.v1.ListSettingsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListSettings"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListSettingsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.ListSettingsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("ListSettings"))
              .build();
        }
      }
    }
    return getListSettingsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.SetSettingRequest,
      io.quorate.v1.SetSettingResponse> getSetSettingMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetSetting",
      requestType = io.quorate.v1.SetSettingRequest.class,
      responseType = io.quorate.v1.SetSettingResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.quorate.v1.SetSettingRequest,
      io.quorate.v1.SetSettingResponse> getSetSettingMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.SetSettingRequest, io.quorate.v1.SetSettingResponse> getSetSettingMethod;
    if ((getSetSettingMethod = AdminServiceGrpc.getSetSettingMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getSetSettingMethod = AdminServiceGrpc.getSetSettingMethod) == null) {
          AdminServiceGrpc.getSetSettingMethod = getSetSettingMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.SetSettingRequest, io.quorate.v1.SetSettingResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetSetting"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.SetSettingRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.SetSettingResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("SetSetting"))
              .build();
        }
      }
    }
    return getSetSettingMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.BackupRequest,
      io.quorate.v1.BackupResponse> getBackupMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Backup",
      requestType = io.quorate.v1.BackupRequest.class,
      responseType = io.quorate.v1.BackupResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.BackupRequest,
      io.quorate.v1.BackupResponse> getBackupMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.BackupRequest, io.quorate.v1.BackupResponse> getBackupMethod;
    if ((getBackupMethod = AdminServiceGrpc.getBackupMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getBackupMethod = AdminServiceGrpc.getBackupMethod) == null) {
          AdminServiceGrpc.getBackupMethod = getBackupMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.BackupRequest, io.quorate.v1.BackupResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Backup"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.BackupRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.BackupResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("Backup"))
              .build();
        }
      }
    }
    return getBackupMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.quorate.v1.RestoreRequest,
      io.quorate.v1.RestoreResponse> getRestoreMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Restore",
      requestType = io.quorate.v1.RestoreRequest.class,
      responseType = io.quorate.v1.RestoreResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING)
  public static io.grpc.MethodDescriptor<io.quorate.v1.RestoreRequest,
      io.quorate.v1.RestoreResponse> getRestoreMethod() {
    io.grpc.MethodDescriptor<io.quorate.v1.RestoreRequest, io.quorate.v1.RestoreResponse> getRestoreMethod;
    if ((getRestoreMethod = AdminServiceGrpc.getRestoreMethod) == null) {
      synchronized (AdminServiceGrpc.class) {
        if ((getRestoreMethod = AdminServiceGrpc.getRestoreMethod) == null) {
          AdminServiceGrpc.getRestoreMethod = getRestoreMethod =
              io.grpc.MethodDescriptor.<io.quorate.v1.RestoreRequest, io.quorate.v1.RestoreResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Restore"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.RestoreRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.quorate.v1.RestoreResponse.getDefaultInstance()))
              .setSchemaDescriptor(new AdminServiceMethodDescriptorSupplier("Restore"))
              .build();
        }
      }
    }
    return getRestoreMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static AdminServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceStub>() {
        @java.lang.Override
        public AdminServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceStub(channel, callOptions);
        }
      };
    return AdminServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static AdminServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingV2Stub>() {
        @java.lang.Override
        public AdminServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return AdminServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static AdminServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceBlockingStub>() {
        @java.lang.Override
        public AdminServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceBlockingStub(channel, callOptions);
        }
      };
    return AdminServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static AdminServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<AdminServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<AdminServiceFutureStub>() {
        @java.lang.Override
        public AdminServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new AdminServiceFutureStub(channel, callOptions);
        }
      };
    return AdminServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * GetAgent describes the answering agent: version, identity, addresses, uptime, configuration in force.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    default void getAgent(io.quorate.v1.GetAgentRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetAgentResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetAgentMethod(), responseObserver);
    }

    /**
     * <pre>
     * ListSettings returns the settings that hold for the whole cluster.
     * A voter answers from its copy of the cluster database, any other node asks the one that leads. Safe to retry. Errors:
     * QUORUM_LOST at a node that does not vote while nobody is known to lead.
     * </pre>
     */
    default void listSettings(io.quorate.v1.ListSettingsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListSettingsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListSettingsMethod(), responseObserver);
    }

    /**
     * <pre>
     * SetSetting changes a setting of the whole cluster, or removes it: then each agent does as it is configured.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the voters.
     * Safe to retry. Errors: BAD_REQUEST for an unknown name or a value that is not allowed, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    default void setSetting(io.quorate.v1.SetSettingRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.SetSettingResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetSettingMethod(), responseObserver);
    }

    /**
     * <pre>
     * Backup sends the whole cluster database as a file, in pieces to be put together in the order they come.
     * A voter sends its own copy, which may lack what was acknowledged in the last moment; any other node asks the one that
     * leads. It disturbs nothing. Safe to retry. Errors: CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a
     * node that does not vote while nobody is known to lead.
     * </pre>
     */
    default void backup(io.quorate.v1.BackupRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.BackupResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getBackupMethod(), responseObserver);
    }

    /**
     * <pre>
     * Restore brings back what a backup has: how voters are chosen, settings, evictions, history. The members, the voters in
     * force and everything else that runs stay as they are. All of it is restored or nothing.
     * The epochs granted from then on are higher by 1,000,000,000 than any in the backup or granted since. A backup of
     * another cluster is refused unless from_cluster_uid names that cluster: so a cluster that was formed anew on empty
     * machines gets back what the lost one had. Backups of a cluster with another name are always refused.
     * Blocks until it is durable at a majority of the voters. Safe to retry: the same again. Errors: BAD_REQUEST, BAD_BACKUP
     * for what is no backup, damaged, of a later version or of another cluster, QUORUM_LOST, OUTCOME_UNKNOWN, CONFLICT when
     * another restore came in between; nothing is changed then.
     * </pre>
     */
    default io.grpc.stub.StreamObserver<io.quorate.v1.RestoreRequest> restore(
        io.grpc.stub.StreamObserver<io.quorate.v1.RestoreResponse> responseObserver) {
      return io.grpc.stub.ServerCalls.asyncUnimplementedStreamingCall(getRestoreMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service AdminService.
   * <pre>
   * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
   * </pre>
   */
  public static abstract class AdminServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return AdminServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service AdminService.
   * <pre>
   * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
   * </pre>
   */
  public static final class AdminServiceStub
      extends io.grpc.stub.AbstractAsyncStub<AdminServiceStub> {
    private AdminServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetAgent describes the answering agent: version, identity, addresses, uptime, configuration in force.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public void getAgent(io.quorate.v1.GetAgentRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.GetAgentResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetAgentMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * ListSettings returns the settings that hold for the whole cluster.
     * A voter answers from its copy of the cluster database, any other node asks the one that leads. Safe to retry. Errors:
     * QUORUM_LOST at a node that does not vote while nobody is known to lead.
     * </pre>
     */
    public void listSettings(io.quorate.v1.ListSettingsRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.ListSettingsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListSettingsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * SetSetting changes a setting of the whole cluster, or removes it: then each agent does as it is configured.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the voters.
     * Safe to retry. Errors: BAD_REQUEST for an unknown name or a value that is not allowed, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public void setSetting(io.quorate.v1.SetSettingRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.SetSettingResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetSettingMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Backup sends the whole cluster database as a file, in pieces to be put together in the order they come.
     * A voter sends its own copy, which may lack what was acknowledged in the last moment; any other node asks the one that
     * leads. It disturbs nothing. Safe to retry. Errors: CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a
     * node that does not vote while nobody is known to lead.
     * </pre>
     */
    public void backup(io.quorate.v1.BackupRequest request,
        io.grpc.stub.StreamObserver<io.quorate.v1.BackupResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getBackupMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Restore brings back what a backup has: how voters are chosen, settings, evictions, history. The members, the voters in
     * force and everything else that runs stay as they are. All of it is restored or nothing.
     * The epochs granted from then on are higher by 1,000,000,000 than any in the backup or granted since. A backup of
     * another cluster is refused unless from_cluster_uid names that cluster: so a cluster that was formed anew on empty
     * machines gets back what the lost one had. Backups of a cluster with another name are always refused.
     * Blocks until it is durable at a majority of the voters. Safe to retry: the same again. Errors: BAD_REQUEST, BAD_BACKUP
     * for what is no backup, damaged, of a later version or of another cluster, QUORUM_LOST, OUTCOME_UNKNOWN, CONFLICT when
     * another restore came in between; nothing is changed then.
     * </pre>
     */
    public io.grpc.stub.StreamObserver<io.quorate.v1.RestoreRequest> restore(
        io.grpc.stub.StreamObserver<io.quorate.v1.RestoreResponse> responseObserver) {
      return io.grpc.stub.ClientCalls.asyncClientStreamingCall(
          getChannel().newCall(getRestoreMethod(), getCallOptions()), responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service AdminService.
   * <pre>
   * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
   * </pre>
   */
  public static final class AdminServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<AdminServiceBlockingV2Stub> {
    private AdminServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * GetAgent describes the answering agent: version, identity, addresses, uptime, configuration in force.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public io.quorate.v1.GetAgentResponse getAgent(io.quorate.v1.GetAgentRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListSettings returns the settings that hold for the whole cluster.
     * A voter answers from its copy of the cluster database, any other node asks the one that leads. Safe to retry. Errors:
     * QUORUM_LOST at a node that does not vote while nobody is known to lead.
     * </pre>
     */
    public io.quorate.v1.ListSettingsResponse listSettings(io.quorate.v1.ListSettingsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListSettingsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * SetSetting changes a setting of the whole cluster, or removes it: then each agent does as it is configured.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the voters.
     * Safe to retry. Errors: BAD_REQUEST for an unknown name or a value that is not allowed, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.SetSettingResponse setSetting(io.quorate.v1.SetSettingRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetSettingMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Backup sends the whole cluster database as a file, in pieces to be put together in the order they come.
     * A voter sends its own copy, which may lack what was acknowledged in the last moment; any other node asks the one that
     * leads. It disturbs nothing. Safe to retry. Errors: CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a
     * node that does not vote while nobody is known to lead.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.quorate.v1.BackupResponse>
        backup(io.quorate.v1.BackupRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getBackupMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Restore brings back what a backup has: how voters are chosen, settings, evictions, history. The members, the voters in
     * force and everything else that runs stay as they are. All of it is restored or nothing.
     * The epochs granted from then on are higher by 1,000,000,000 than any in the backup or granted since. A backup of
     * another cluster is refused unless from_cluster_uid names that cluster: so a cluster that was formed anew on empty
     * machines gets back what the lost one had. Backups of a cluster with another name are always refused.
     * Blocks until it is durable at a majority of the voters. Safe to retry: the same again. Errors: BAD_REQUEST, BAD_BACKUP
     * for what is no backup, damaged, of a later version or of another cluster, QUORUM_LOST, OUTCOME_UNKNOWN, CONFLICT when
     * another restore came in between; nothing is changed then.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<io.quorate.v1.RestoreRequest, io.quorate.v1.RestoreResponse>
        restore() {
      return io.grpc.stub.ClientCalls.blockingClientStreamingCall(
          getChannel(), getRestoreMethod(), getCallOptions());
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service AdminService.
   * <pre>
   * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
   * </pre>
   */
  public static final class AdminServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<AdminServiceBlockingStub> {
    private AdminServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetAgent describes the answering agent: version, identity, addresses, uptime, configuration in force.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public io.quorate.v1.GetAgentResponse getAgent(io.quorate.v1.GetAgentRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetAgentMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * ListSettings returns the settings that hold for the whole cluster.
     * A voter answers from its copy of the cluster database, any other node asks the one that leads. Safe to retry. Errors:
     * QUORUM_LOST at a node that does not vote while nobody is known to lead.
     * </pre>
     */
    public io.quorate.v1.ListSettingsResponse listSettings(io.quorate.v1.ListSettingsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListSettingsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * SetSetting changes a setting of the whole cluster, or removes it: then each agent does as it is configured.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the voters.
     * Safe to retry. Errors: BAD_REQUEST for an unknown name or a value that is not allowed, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public io.quorate.v1.SetSettingResponse setSetting(io.quorate.v1.SetSettingRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetSettingMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Backup sends the whole cluster database as a file, in pieces to be put together in the order they come.
     * A voter sends its own copy, which may lack what was acknowledged in the last moment; any other node asks the one that
     * leads. It disturbs nothing. Safe to retry. Errors: CLUSTER_STATE when the cluster was never formed, QUORUM_LOST at a
     * node that does not vote while nobody is known to lead.
     * </pre>
     */
    public java.util.Iterator<io.quorate.v1.BackupResponse> backup(
        io.quorate.v1.BackupRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getBackupMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service AdminService.
   * <pre>
   * The answering agent itself, and what operators do to the cluster database: settings, backup and restore.
   * </pre>
   */
  public static final class AdminServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<AdminServiceFutureStub> {
    private AdminServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected AdminServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new AdminServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * GetAgent describes the answering agent: version, identity, addresses, uptime, configuration in force.
     * Never blocks. Safe to retry. No errors of its own.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.GetAgentResponse> getAgent(
        io.quorate.v1.GetAgentRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetAgentMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * ListSettings returns the settings that hold for the whole cluster.
     * A voter answers from its copy of the cluster database, any other node asks the one that leads. Safe to retry. Errors:
     * QUORUM_LOST at a node that does not vote while nobody is known to lead.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.ListSettingsResponse> listSettings(
        io.quorate.v1.ListSettingsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListSettingsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * SetSetting changes a setting of the whole cluster, or removes it: then each agent does as it is configured.
     * Any agent takes it and passes it on to the one that leads. Blocks until that is durable at a majority of the voters.
     * Safe to retry. Errors: BAD_REQUEST for an unknown name or a value that is not allowed, QUORUM_LOST, OUTCOME_UNKNOWN.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.quorate.v1.SetSettingResponse> setSetting(
        io.quorate.v1.SetSettingRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetSettingMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET_AGENT = 0;
  private static final int METHODID_LIST_SETTINGS = 1;
  private static final int METHODID_SET_SETTING = 2;
  private static final int METHODID_BACKUP = 3;
  private static final int METHODID_RESTORE = 4;

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
        case METHODID_GET_AGENT:
          serviceImpl.getAgent((io.quorate.v1.GetAgentRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.GetAgentResponse>) responseObserver);
          break;
        case METHODID_LIST_SETTINGS:
          serviceImpl.listSettings((io.quorate.v1.ListSettingsRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.ListSettingsResponse>) responseObserver);
          break;
        case METHODID_SET_SETTING:
          serviceImpl.setSetting((io.quorate.v1.SetSettingRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.SetSettingResponse>) responseObserver);
          break;
        case METHODID_BACKUP:
          serviceImpl.backup((io.quorate.v1.BackupRequest) request,
              (io.grpc.stub.StreamObserver<io.quorate.v1.BackupResponse>) responseObserver);
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
        case METHODID_RESTORE:
          return (io.grpc.stub.StreamObserver<Req>) serviceImpl.restore(
              (io.grpc.stub.StreamObserver<io.quorate.v1.RestoreResponse>) responseObserver);
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getGetAgentMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.GetAgentRequest,
              io.quorate.v1.GetAgentResponse>(
                service, METHODID_GET_AGENT)))
        .addMethod(
          getListSettingsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.ListSettingsRequest,
              io.quorate.v1.ListSettingsResponse>(
                service, METHODID_LIST_SETTINGS)))
        .addMethod(
          getSetSettingMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.quorate.v1.SetSettingRequest,
              io.quorate.v1.SetSettingResponse>(
                service, METHODID_SET_SETTING)))
        .addMethod(
          getBackupMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.quorate.v1.BackupRequest,
              io.quorate.v1.BackupResponse>(
                service, METHODID_BACKUP)))
        .addMethod(
          getRestoreMethod(),
          io.grpc.stub.ServerCalls.asyncClientStreamingCall(
            new MethodHandlers<
              io.quorate.v1.RestoreRequest,
              io.quorate.v1.RestoreResponse>(
                service, METHODID_RESTORE)))
        .build();
  }

  private static abstract class AdminServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    AdminServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.quorate.v1.AdminProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("AdminService");
    }
  }

  private static final class AdminServiceFileDescriptorSupplier
      extends AdminServiceBaseDescriptorSupplier {
    AdminServiceFileDescriptorSupplier() {}
  }

  private static final class AdminServiceMethodDescriptorSupplier
      extends AdminServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    AdminServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (AdminServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new AdminServiceFileDescriptorSupplier())
              .addMethod(getGetAgentMethod())
              .addMethod(getListSettingsMethod())
              .addMethod(getSetSettingMethod())
              .addMethod(getBackupMethod())
              .addMethod(getRestoreMethod())
              .build();
        }
      }
    }
    return result;
  }
}
