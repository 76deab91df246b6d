using System.Runtime.InteropServices;
using System.Text;
using DpoSt;
using DpoSt.App;
using DpoSt.App.Console;
using DpoSt.Parallel;
using static System.FormattableString;
using var cancel = new CancellationTokenSource();
var answer = new AnswerInterrupt();

// The first Ctrl-C asks the command to stop at its next safe point; the second ends the process as usual.
void Stop(PosixSignalContext signal)
{
    if (cancel.IsCancellationRequested && RankEnvironment.Current is not null)
    {
        RankJob.Leave(Cli.Interrupted);
    }

    if (signal.Signal == PosixSignal.SIGINT && answer.Stop())
    {
        signal.Cancel = true;
        return;
    }

    signal.Cancel = !cancel.IsCancellationRequested;
    cancel.Cancel();
}

if (RankEnvironment.Current is { } started)
{
    RankGpu.Choose(started);
    Environment.SetEnvironmentVariable("TERM", "dumb");           // mpirun lends its ranks a terminal that nobody looks at
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);              // a closed terminal, a lost connection
System.Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
System.Console.SetError(new LossyWriter(System.Console.Error));
System.Console.SetOut(new StreamWriter(StandardOutput.Open(), System.Console.OutputEncoding) { AutoFlush = true });
var results = System.Console.IsOutputRedirected ? System.Console.Out : new PrintableWriter(System.Console.Out);
var messages = new PrintableWriter(System.Console.Error);
using var input = new InterruptibleInput(System.Console.OpenStandardInput(), cancel.Token);
if (RankEnvironment.Current is not { } ranks)
{
    var console = new CommandConsole(input, results, messages, cancel.Token) { Answer = answer };
    return MaskedThread.Run(() => Cli.Run(args, console));
}

// Of several ranks the first one speaks. What stops all of them it tells too, and ends the job with that; another one's is its own.
using var stop = PosixSignalRegistration.Create((PosixSignal)JobLauncher.StopSignal, Stop);
using var last = new LastLineWriter();
var isFirst = ranks.Rank == 0;
var rankConsole = new CommandConsole(
    input, isFirst ? results : TextWriter.Null, isFirst ? messages : last, cancel.Token);
var code = MaskedThread.Run(() => Cli.Run(args, rankConsole));
if (code != 0 && !isFirst)
{
    // The first one may still save; when it ends, mpirun ends the others.
    Thread.Sleep(code == Cli.Interrupted ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(3));
    messages.WriteLine(Invariant($"rank {ranks.Rank} of {ranks.Size}: {last.Last}"));
}

if (code != 0)
{
    RankJob.Leave(code);
}

return code;
