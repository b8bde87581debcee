using System.CommandLine;

namespace Packetboat.Commands;

/// <summary>Where a new password comes from: generated, asked for, or read from standard input. Never from the command line, which others see.</summary>
internal sealed class PasswordOptions
{
    private readonly Option<bool> _prompt = new("--prompt") { Description = "Ask for the password" };
    private readonly Option<bool> _fromInput = new("--password-stdin")
    {
        Description = "Read the password from the first line of standard input",
    };
    private readonly Option<bool> _generate = new("--generate") { Description = "Generate one and print it once (the default)" };

    public void AddTo(Command command)
    {
        foreach (Option<bool> option in new[] { _generate, _prompt, _fromInput })
            command.Options.Add(option);
    }

    /// <returns>False when it was not given twice alike, or not at all; said then.</returns>
    public bool TryRead(ParseResult parsed, out string? chosen)
    {
        chosen = null;
        if (parsed.GetValue(_fromInput))
        {
            chosen = Console.In.ReadLine();
            if (chosen is null)
                Print.Error("no password came on standard input; write it there, or leave --password-stdin out");
            return chosen is not null;
        }

        if (!parsed.GetValue(_prompt))
            return true;
        chosen = HiddenInput.Ask("Password: ");
        if (chosen == HiddenInput.Ask("Again: "))
            return true;
        Print.Error("the two are not the same; nothing was changed");
        return false;
    }
}
