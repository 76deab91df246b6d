using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Launch;

/// <summary>accelerate's names for the ways to share the work.</summary>
internal enum DistributedType
{
    No,
    MultiGpu,
    MultiCpu,
    Fsdp,
    Deepspeed,
}

/// <summary>The keys of accelerate's launch file, as far as they mean something here.</summary>
[IgnoresKeys(
    "compute_environment", "debug", "downcast_bf16", "dynamo_backend", "dynamo_config", "enable_cpu_affinity", "gpu_ids", "machine_rank",
    "main_process_ip", "main_process_port", "main_training_function", "mpirun_config", "rdzv_backend", "same_network", "tpu_env",
    "tpu_use_cluster", "tpu_use_sudo")]
internal sealed record LaunchFile
{
    [OneOf("1")]
    public string NumMachines { get; init; } = "1";

    [Within(1, Limits.Processes)]
    public int NumProcesses { get; init; } = 1;

    public MixedPrecision MixedPrecision { get; init; }
    public DistributedType DistributedType { get; init; }
    public bool UseCpu { get; init; }
    public FsdpFile FsdpConfig { get; init; } = new();
    public DeepSpeedFile DeepspeedConfig { get; init; } = new();
}

/// <summary>The section of PyTorch's FSDP. How blocks are wrapped and fetched is decided here by the model, not by the file.</summary>
[IgnoresKeys(
    "fsdp_activation_checkpointing", "fsdp_auto_wrap_policy", "fsdp_backward_prefetch", "fsdp_backward_prefetch_policy",
    "fsdp_cpu_ram_efficient_loading", "fsdp_forward_prefetch", "fsdp_min_num_params", "fsdp_state_dict_type", "fsdp_sync_module_states",
    "fsdp_transformer_layer_cls_to_wrap", "fsdp_use_orig_params")]
internal sealed record FsdpFile
{
    [OneOf("FULL_SHARD", "1")]
    public string FsdpShardingStrategy { get; init; } = "FULL_SHARD";

    [OneOf("false")]
    public string FsdpOffloadParams { get; init; } = "false";
}

/// <summary>The section of DeepSpeed.</summary>
[IgnoresKeys(
    "deepspeed_hostfile", "deepspeed_multinode_launcher", "gradient_accumulation_steps", "gradient_clipping", "zero3_init_flag",
    "zero3_save_16bit_model")]
internal sealed record DeepSpeedFile
{
    [OneOf("3")]
    public string ZeroStage { get; init; } = "3";

    [OneOf("none")]
    public string OffloadOptimizerDevice { get; init; } = "none";

    [OneOf("none")]
    public string OffloadParamDevice { get; init; } = "none";
}
