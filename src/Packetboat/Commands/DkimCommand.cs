using System.CommandLine;
using System.Text;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;

namespace Packetboat.Commands;

/// <summary><c>packetboat dkim</c>: keys, and signatures made by hand.</summary>
internal static class DkimCommand
{
    private static readonly Argument<string> FileName = new("file") { Description = "A message; - is the standard input" };

    private static readonly Option<string> KeyFile = new("--key") { Description = "A private key, PEM", Required = true };

    private static readonly Option<string> Domain = new("--domain") { Description = "Who signs", Required = true };

    private static readonly Option<string> Selector = new("--selector")
    {
        Description = "The name of the key below _domainkey",
        Required = true,
    };

    private static readonly Option<string> Forms = new("--canonicalization")
    {
        Description = "Of header and body: relaxed/relaxed, relaxed/simple, simple/relaxed or simple/simple",
        DefaultValueFactory = _ => "relaxed/relaxed",
    };

    public static Command Create()
    {
        var sign = new Command("sign", "Print the DKIM-Signature field of a message")
        {
            FileName,
            KeyFile,
            Domain,
            Selector,
            Forms,
        };
        sign.SetAction((parsed, ct) => SignAsync(parsed, ct));
        return new Command("dkim", "Make keys, change them, and sign by hand")
        {
            DkimKeyCommands.New(),
            DkimKeyCommands.Show(),
            DkimFolderCommands.List(),
            DkimFolderCommands.Use(),
            DkimFolderCommands.Retire(),
            sign,
        };
    }

    private static async Task<int> SignAsync(ParseResult parsed, CancellationToken ct)
    {
        string forms = parsed.GetValue(Forms)!;
        if (FormsOf(forms) is not { } options)
            return Wrong($"--canonicalization {forms}: not two of relaxed and simple with a slash between");
        foreach (Option<string> option in (Option<string>[])[Domain, Selector])
            if (!MailAddress.IsDomain(parsed.GetValue(option)!))
                return Wrong($"{option.Name} {parsed.GetValue(option)}: not a name that DNS can have");

        try
        {
            string file = parsed.GetValue(KeyFile)!;
            if (!DkimPrivateKey.TryRead(await File.ReadAllTextAsync(file, ct), out DkimPrivateKey? key, out string? fault))
            {
                Print.Error($"{file}: {fault}");
                return ExitCode.DataError;
            }

            using (key)
                return await SignAsync(
                    parsed,
                    new DkimSigningKey(parsed.GetValue(Domain)!, parsed.GetValue(Selector)!, key),
                    options,
                    ct
                );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Print.Error(failure.Message);
            return ExitCode.IoError;
        }
    }

    private static async Task<int> SignAsync(
        ParseResult parsed,
        DkimSigningKey key,
        DkimSigningOptions options,
        CancellationToken ct
    )
    {
        using var message = new DkimMessage(options.BodyForm);
        await MessageFile.ReadAsync(parsed.GetValue(FileName)!, message, ct);
        byte[] field = DkimSigner.Sign(message, key, options, TimeProvider.System.GetUtcNow(), out string? refusal);
        if (refusal is not null)
        {
            Print.Error($"not signed: {refusal}");
            return ExitCode.DataError;
        }

        // The line ends are those of mail: the field goes in front of the message as it is.
        await Console.Out.WriteAsync(Encoding.ASCII.GetString(field).AsMemory(), ct);
        return ExitCode.Ok;
    }

    private static int Wrong(string what)
    {
        Print.Error(what);
        return ExitCode.Usage;
    }

    private static DkimSigningOptions? FormsOf(string text) =>
        text.ToLowerInvariant() switch
        {
            "relaxed/relaxed" => new DkimSigningOptions(),
            "relaxed/simple" => new DkimSigningOptions(BodyForm: DkimCanonicalization.Simple),
            "simple/relaxed" => new DkimSigningOptions(HeaderForm: DkimCanonicalization.Simple),
            "simple/simple" => new DkimSigningOptions(DkimCanonicalization.Simple, DkimCanonicalization.Simple),
            _ => null,
        };
}
