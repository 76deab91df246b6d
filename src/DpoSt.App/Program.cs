using System.Runtime.InteropServices;
using System.Text;
using DpoSt.App;
using DpoSt.App.Console;

using var cancel = new CancellationTokenSource();

// The first Ctrl-C asks the command to stop at its next safe point; the second ends the process as usual.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !cancel.IsCancellationRequested;
    cancel.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
System.Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var input = System.Console.OpenStandardInput();
return Cli.Run(args, new CommandConsole(input, System.Console.Out, System.Console.Error, cancel.Token));
