using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Launch;

/// <summary>How training is spread over devices.</summary>
internal enum LaunchStrategy
{
    /// <summary>One process.</summary>
    SingleProcess,

    /// <summary>Every process holds the whole model; gradients are summed.</summary>
    DataParallel,

    /// <summary>Weights, gradients and moments are sharded, as PyTorch's FSDP does.</summary>
    FullyShardedDataParallel,

    /// <summary>The same as DeepSpeed calls it.</summary>
    DeepSpeedZero3,
}

/// <summary>The precision that a launch file asks for; it decides only where the configuration does not.</summary>
internal enum MixedPrecision
{
    /// <summary>float32.</summary>
    No,

    /// <summary>bfloat16 compute over float32 weights.</summary>
    Bf16,
}

/// <summary>What a launch file (accelerate's <c>acc_config/*.yaml</c>) says.</summary>
/// <param name="Processes">Processes on this machine.</param>
/// <param name="Precision">The precision of the computation.</param>
/// <param name="Strategy">How they share the work.</param>
/// <param name="UseCpu">Whether the accelerator stays unused.</param>
internal sealed record LaunchOptions(int Processes, MixedPrecision Precision, LaunchStrategy Strategy, bool UseCpu)
{
    /// <summary>Reads a launch file.</summary>
    /// <exception cref="UserErrorException">The file is not a launch file, or asks for what is not supported.</exception>
    public static LaunchOptions Load(string path)
    {
        var file = ConfigBinder.Bind<LaunchFile>(YamlReader.Read(path), path).Options;
        var strategy = file.DistributedType switch
        {
            DistributedType.No => LaunchStrategy.SingleProcess,
            DistributedType.Fsdp => LaunchStrategy.FullyShardedDataParallel,
            DistributedType.Deepspeed => LaunchStrategy.DeepSpeedZero3,
            _ => LaunchStrategy.DataParallel,
        };
        return strategy == LaunchStrategy.SingleProcess && file.NumProcesses > 1
            ? throw new UserErrorException(
                $"{path}: num_processes is {file.NumProcesses}, but distributed_type is 'no'; expected 'multi_gpu'.")
            : new LaunchOptions(file.NumProcesses, file.MixedPrecision, strategy, file.UseCpu);
    }
}
