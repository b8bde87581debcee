using Packetboat.Commands;
using Packetboat.Serving;

SocketCompletions.StayInline();

// sendmail(1) has a syntax of its own, older than any library: programs call it with -oi, -fADDRESS and the like.
return args is ["sendmail", .. var rest] && rest is not ["--help"]
    ? await SendmailCommand.RunAsync(rest, CancellationToken.None)
    : await Verbs.InvokeAsync(Verbs.Root().Parse(args), CancellationToken.None);
