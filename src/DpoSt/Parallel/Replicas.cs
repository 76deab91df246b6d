using DpoSt.Models.Parameters;
using DpoSt.Training;

namespace DpoSt.Parallel;

/// <summary>Who trains a model together.</summary>
internal static class Replicas
{
    /// <summary>The ranks of a group, which keep the model whole or a shard of it each, as the parameters are; a group of one leaves the
    /// model as it is.</summary>
    public static IReplicas Of(IProcessGroup group, ParameterSet parameters) =>
        group.Size == 1 ? new OneReplica() : parameters.Shard.Count > 1 ? new FullySharded(
            group, parameters) : new DataParallel(group, parameters);
}
