using DpoSt.Training.Metrics;
using DpoSt.Training.Objectives;

namespace DpoSt.Training;

/// <summary>An objective on examples that are not trained on.</summary>
internal static class Evaluator
{
    /// <summary>The means over all batches, without dropout, named as by transformers and trl: <c>eval_loss</c> and so on.</summary>
    public static IReadOnlyList<KeyValuePair<string, double>> Run<TBatch>(
        IObjective<TBatch> objective, IEnumerable<TBatch> batches, IReplicas replicas) where TBatch : class
    {
        var (replica, means) = (new ReplicaObjective<TBatch>(objective, replicas), new MetricAverages());
        foreach (var batch in batches)
        {
            var share = replica.Evaluate(batch, dropout: null, gradientScale: null);
            means.Add(share, share.Cost.Loss);
        }

        var line = means.Over(replicas, objective.MetricNames).Line(0, 0, 0, 0);
        return [new("eval_loss", line.Loss),
            .. line.Metrics.Select(metric => new KeyValuePair<string, double>("eval_" + metric.Key, metric.Value))];
    }
}
