using DpoSt;
using DpoSt.Benchmarks;

return args switch
{
    ["ranks", ..] => MaskedThread.Run(() => RankBench.Run(args[1..])),
    ["follow"] => FollowingBench.Run(),
    ["verifiers"] => VerifierBench.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Offline measurements, minutes each.

          ranks [--pairs N] [--sharded]
              one of the ranks that mpirun has started, or one alone: steps of fine-tuning with gradients
              summed while backward runs and at its end, in turn, or with a shard of the model on each
          follow
              nanoseconds a token of following a row's text for the calculator, at token 64 and at token 512
          verifiers
              the longest that each verifier takes for one of 10,000 hostile texts
        """);
    return 2;
}
