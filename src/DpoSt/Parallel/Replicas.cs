using DpoSt.Models.Parameters;
using DpoSt.Training;

namespace DpoSt.Parallel;

/// <summary>Who trains a model together.</summary>
internal static class Replicas
{
    /// <summary>The ranks of a group, which keep the model whole or in shards, as its parameters are.</summary>
    public static IReplicas Of(IProcessGroup group, ParameterSet parameters) =>
        group.Size == 1 ? new OneReplica() : parameters.Shard.Count > 1 ? new FullySharded(
            group, parameters) : new DataParallel(group, parameters);
}
