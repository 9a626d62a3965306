<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>AdvancedPanel</name>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>More steps take longer and look finer</source>
        <translation>Mehr Schritte dauern länger und sehen feiner aus</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Sampler</translation>
    </message>
    <message>
        <source>Guidance towards the text</source>
        <translation>Führung zum Text</translation>
    </message>
    <message>
        <source>How closely the words are kept; 1 is plain</source>
        <translation>Wie eng sich das Ergebnis an die Worte hält; 1 ist neutral</translation>
    </message>
    <message>
        <source>Guidance towards the other half</source>
        <translation>Führung zur anderen Hälfte</translation>
    </message>
    <message>
        <source>How closely each half keeps to the other; 1 is plain</source>
        <translation>Wie eng sich beide Hälften aneinander halten; 1 ist neutral</translation>
    </message>
    <message>
        <source>As the pack has them</source>
        <translation>Wie vom Paket vorgesehen</translation>
    </message>
    <message>
        <source>Towards the text</source>
        <translation>Zum Text</translation>
    </message>
    <message>
        <source>the other half</source>
        <translation>zur anderen Hälfte</translation>
    </message>
</context>
<context>
    <name>AreaBar</name>
    <message>
        <source>Area of {thing}</source>
        <translation>Fläche von {thing}</translation>
    </message>
    <message>
        <source>Drag to set how much of the picture is {thing}; Delete clears it</source>
        <translation>Ziehen legt fest, wie viel des Bildes {thing} ist; Entf hebt das Ziel auf</translation>
    </message>
</context>
<context>
    <name>AreaPanel</name>
    <message>
        <source>Clear all targets</source>
        <translation>Alle Ziele aufheben</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>Flächen</translation>
    </message>
</context>
<context>
    <name>Autosave</name>
    <message>
        <source>A part of its journal is damaged.</source>
        <translation>Ein Teil seines Journals ist beschädigt.</translation>
    </message>
    <message>
        <source>The last picture was restored without its newest edits: {why}</source>
        <translation>Das letzte Bild wurde ohne seine neuesten Änderungen wiederhergestellt: {why}</translation>
    </message>
    <message>
        <source>The journal of your edits cannot be written ({why}).</source>
        <translation>Das Protokoll Ihrer Änderungen lässt sich nicht schreiben ({why}).</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>Schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>The last picture</source>
        <translation>Das letzte Bild</translation>
    </message>
</context>
<context>
    <name>CanvasExtension</name>
    <message>
        <source>This picture can grow to {width}×{height} there and no further. Save it and go on in a new one.</source>
        <translation>Dieses Bild kann dort bis {width}×{height} wachsen und nicht weiter. Speichern Sie es und machen Sie in einem neuen weiter.</translation>
    </message>
</context>
<context>
    <name>ClassHistogram</name>
    <message>
        <source>What the pairs hold</source>
        <translation>Was die Paare enthalten</translation>
    </message>
    <message>
        <source>{pixels} · {pairs}</source>
        <translation>{pixels} · {pairs}</translation>
    </message>
</context>
<context>
    <name>CompareOverlay</name>
    <message>
        <source>Comparison: arrow keys move the line, Escape ends it</source>
        <translation>Vergleich: Pfeiltasten verschieben die Linie, Esc beendet ihn</translation>
    </message>
</context>
<context>
    <name>CropOverlay</name>
    <message>
        <source>Crop: drag or arrow keys move, plus and minus zoom, Enter places</source>
        <translation>Zuschneiden: Ziehen oder Pfeiltasten verschieben, Plus und Minus zoomen, Eingabe übernimmt</translation>
    </message>
    <message>
        <source>Drag and zoom · Enter places · Esc leaves it</source>
        <translation>Ziehen und zoomen · Eingabe übernimmt · Esc bricht ab</translation>
    </message>
</context>
<context>
    <name>DatasetBrowser</name>
    <message>
        <source>These pairs were drawn with the pack “{pack}”. Choose it in File → Packs, then open one.</source>
        <translation>Diese Paare wurden mit dem Paket „{pack}“ gezeichnet. Wählen Sie es unter Datei → Pakete und öffnen Sie dann eines.</translation>
    </message>
    <message>
        <source>Open pair {name}</source>
        <translation>Paar {name} öffnen</translation>
    </message>
    <message>
        <source>Pair {name} was opened with its caption and its seed. Undo restores the previous picture.</source>
        <translation>Paar {name} wurde mit Bildtext und Seed geöffnet. „Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
</context>
<context>
    <name>DatasetCommands</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Show the export</source>
        <translation>Den Export zeigen</translation>
    </message>
    <message>
        <source>&amp;Export a data set…</source>
        <translation>Datensatz &amp;exportieren…</translation>
    </message>
    <message>
        <source>&amp;Look through a data set…</source>
        <translation>Datensatz &amp;durchsehen…</translation>
    </message>
</context>
<context>
    <name>DatasetWindow</name>
    <message>
        <source>Open a folder…</source>
        <translation>Ordner öffnen…</translation>
    </message>
    <message>
        <source>Show pairs with</source>
        <translation>Paare zeigen mit</translation>
    </message>
    <message>
        <source>Segmenter agrees on at least</source>
        <translation>Übereinstimmung mindestens</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>Aussortieren</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Open on the canvas</source>
        <translation>Auf der Leinwand öffnen</translation>
    </message>
    <message>
        <source>What they hold</source>
        <translation>Was sie enthalten</translation>
    </message>
    <message>
        <source>share of the pixels · of the pairs</source>
        <translation>Anteil der Pixel · der Paare</translation>
    </message>
    <message>
        <source>Open a data set</source>
        <translation>Datensatz öffnen</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>any class</source>
        <translation>jeder Klasse</translation>
    </message>
    <message>
        <source>{count} pairs</source>
        <translation>{count} Paare</translation>
    </message>
    <message>
        <source>{shown} of {count} pairs</source>
        <translation>{shown} von {count} Paaren</translation>
    </message>
    <message>
        <source>No data set is open</source>
        <translation>Kein Datensatz ist offen</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen…</translation>
    </message>
    <message>
        <source>Open a folder that an export was written to.</source>
        <translation>Öffnen Sie einen Ordner, in den exportiert wurde.</translation>
    </message>
    <message>
        <source>No pair is like that.</source>
        <translation>So ein Paar gibt es nicht.</translation>
    </message>
    <message>
        <source>No pair is in this folder.</source>
        <translation>In diesem Ordner ist kein Paar.</translation>
    </message>
    <message>
        <source>Seed {seed}</source>
        <translation>Seed {seed}</translation>
    </message>
    <message>
        <source>agreement {share} %</source>
        <translation>Übereinstimmung {share} %</translation>
    </message>
    <message>
        <source>“{caption}”</source>
        <translation>„{caption}“</translation>
    </message>
    <message>
        <source>{count} pairs are chosen</source>
        <translation>{count} Paare sind ausgewählt</translation>
    </message>
    <message>
        <source>{count} dropped; they can be taken back until this window is closed</source>
        <translation>{count} aussortiert; bis dieses Fenster geschlossen wird, lassen sie sich zurückholen</translation>
    </message>
    <message>
        <source>Enter opens a pair on the canvas, Delete drops it</source>
        <translation>Enter öffnet ein Paar auf der Leinwand, Entf sortiert es aus</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>Bilder (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>Projects and pictures (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>Projekte und Bilder (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Text files (*.txt)</source>
        <translation>Textdateien (*.txt)</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Erase selection</source>
        <translation>Auswahl löschen</translation>
    </message>
    <message>
        <source>Redraw selection</source>
        <translation>Auswahl neu zeichnen</translation>
    </message>
    <message>
        <source>Keep image</source>
        <translation>Bild behalten</translation>
    </message>
    <message>
        <source>Release image</source>
        <translation>Bild freigeben</translation>
    </message>
    <message>
        <source>Extend canvas</source>
        <translation>Leinwand erweitern</translation>
    </message>
    <message>
        <source>Clear layout</source>
        <translation>Layout leeren</translation>
    </message>
</context>
<context>
    <name>EngineClient</name>
    <message>
        <source>It speaks protocol {theirs} (version {version}), this studio {ours}. Install the same version of Diptych on both sides.</source>
        <translation>Sie spricht Protokoll {theirs} (Version {version}), dieses Studio {ours}. Installieren Sie auf beiden Seiten dieselbe Version von Diptych.</translation>
    </message>
    <message>
        <source>It sent a picture of the wrong size, or with unknown class ids.</source>
        <translation>Sie hat ein Bild mit falscher Größe oder unbekannten Klassennummern gesendet.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s.</source>
        <translation>Die Engine wurde beendet ({why}). Sie startet in {seconds} s neu.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s and continues your picture.</source>
        <translation>Die Engine wurde beendet ({why}). Sie startet in {seconds} s neu und setzt Ihr Bild fort.</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>Jetzt neu starten</translation>
    </message>
    <message>
        <source>The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file.</source>
        <translation>Die Engine lässt sich mit „{command}“ nicht starten ({why}). Prüfen Sie DIPTYCH_ENGINE und die Einstellungsdatei.</translation>
    </message>
    <message>
        <source>The engine was stopped ({why}). Your picture is kept.</source>
        <translation>Die Engine wurde angehalten ({why}). Ihr Bild bleibt erhalten.</translation>
    </message>
    <message>
        <source>The engine stopped again after {count} restarts ({why}). Your picture is kept.</source>
        <translation>Die Engine wurde auch nach {count} Neustarts wieder beendet ({why}). Ihr Bild bleibt erhalten.</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>The engine has not answered for {seconds} seconds. It may still be loading.</source>
        <translation>Die Engine antwortet seit {seconds} Sekunden nicht. Vielleicht lädt sie noch.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Engine neu starten</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Captions of the pack&apos;s own words</source>
        <translation>Bildtexte aus den Wörtern des Pakets</translation>
    </message>
    <message>
        <source>Each pair gets a caption that is made up for it; both halves are drawn.</source>
        <translation>Jedes Paar bekommt einen erdachten Bildtext; beide Hälften werden gezeichnet.</translation>
    </message>
    <message>
        <source>Captions from a file</source>
        <translation>Bildtexte aus einer Datei</translation>
    </message>
    <message>
        <source>A text file with a caption on each line; pairs take them in turn.</source>
        <translation>Eine Textdatei mit einem Bildtext je Zeile; die Paare nehmen sie der Reihe nach.</translation>
    </message>
    <message>
        <source>The canvas as it is now</source>
        <translation>Die Leinwand, wie sie jetzt ist</translation>
    </message>
    <message>
        <source>What is painted and kept stays; the rest is drawn anew with each seed.</source>
        <translation>Was gemalt und behalten ist, bleibt; der Rest wird mit jedem Seed neu gezeichnet.</translation>
    </message>
    <message>
        <source>Layouts from a folder</source>
        <translation>Layouts aus einem Ordner</translation>
    </message>
    <message>
        <source>Index PNGs; new images are drawn for them, round after round.</source>
        <translation>Index-PNGs; zu ihnen werden Runde um Runde neue Bilder gezeichnet.</translation>
    </message>
    <message>
        <source>Images from a folder</source>
        <translation>Bilder aus einem Ordner</translation>
    </message>
    <message>
        <source>PNG or JPEG files; their layouts are found.</source>
        <translation>PNG- oder JPEG-Dateien; ihre Layouts werden gefunden.</translation>
    </message>
    <message>
        <source>Nothing at all</source>
        <translation>Gar nichts</translation>
    </message>
    <message>
        <source>Any pictures, as the pack draws them.</source>
        <translation>Beliebige Bilder, wie das Paket sie zeichnet.</translation>
    </message>
    <message>
        <source>Paired folders</source>
        <translation>Paarweise Ordner</translation>
    </message>
    <message>
        <source>images/ and layouts/ with index PNGs; diptych-engine train reads it.</source>
        <translation>images/ und layouts/ mit Index-PNGs; diptych-engine train liest sie.</translation>
    </message>
    <message>
        <source>JPEG images and PNGs with the VOC palette.</source>
        <translation>JPEG-Bilder und PNGs mit der VOC-Palette.</translation>
    </message>
    <message>
        <source>leftImg8bit and gtFine with labelIds, trainIds and colours.</source>
        <translation>leftImg8bit und gtFine mit labelIds, trainIds und Farben.</translation>
    </message>
    <message>
        <source>JPEG images, and annotations in which 0 is unlabelled.</source>
        <translation>JPEG-Bilder und Annotationen, in denen 0 unbeschriftet ist.</translation>
    </message>
    <message>
        <source>Panoptic PNGs, regions as run lengths, and captions.</source>
        <translation>Panoptische PNGs, Regionen als Lauflängen und Bildtexte.</translation>
    </message>
    <message>
        <source>A folder with metadata.jsonl, for load_dataset.</source>
        <translation>Ein Ordner mit metadata.jsonl, für load_dataset.</translation>
    </message>
    <message>
        <source>A few large files with the pictures inside.</source>
        <translation>Wenige große Dateien mit den Bildern darin.</translation>
    </message>
    <message>
        <source>Tar files of pairs, for sets that are streamed.</source>
        <translation>Tar-Dateien mit Paaren, für Datensätze, die gestreamt werden.</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count} s</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>Waiting for the engine…</source>
        <translation>Wartet auf die Engine…</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Wird vorbereitet…</translation>
    </message>
    <message>
        <source>{done} of {count} pairs</source>
        <translation>{done} von {count} Paaren</translation>
    </message>
    <message>
        <source>{count} rejected</source>
        <translation>{count} verworfen</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>writing the rest…</source>
        <translation>der Rest wird geschrieben…</translation>
    </message>
    <message>
        <source>{rate} a second</source>
        <translation>{rate} je Sekunde</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export a data set</source>
        <translation>Datensatz exportieren</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Draw from</source>
        <translation>Zeichnen aus</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>File of captions</source>
        <translation>Datei mit Bildtexten</translation>
    </message>
    <message>
        <source>Choose a file of captions</source>
        <translation>Datei mit Bildtexten wählen</translation>
    </message>
    <message>
        <source>Folder of layouts</source>
        <translation>Ordner mit Layouts</translation>
    </message>
    <message>
        <source>Choose a folder of layouts</source>
        <translation>Ordner mit Layouts wählen</translation>
    </message>
    <message>
        <source>Folder of images</source>
        <translation>Ordner mit Bildern</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>Ordner mit Bildern wählen</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Paare</translation>
    </message>
    <message>
        <source>First seed</source>
        <translation>Erster Seed</translation>
    </message>
    <message>
        <source>Each next pair has the next seed; the same seeds make the same pairs</source>
        <translation>Jedes weitere Paar hat den nächsten Seed; gleiche Seeds ergeben gleiche Paare</translation>
    </message>
    <message>
        <source>All the detail</source>
        <translation>Alle Einzelheiten</translation>
    </message>
    <message>
        <source>Each pair is brought to the pack&apos;s full size, which takes longer</source>
        <translation>Jedes Paar wird auf die volle Größe des Pakets gebracht, was länger dauert</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Choose a folder for the data set</source>
        <translation>Ordner für den Datensatz wählen</translation>
    </message>
    <message>
        <source>The segmenter agrees with the layout on at least</source>
        <translation>Der Segmentierer stimmt überein auf mindestens</translation>
    </message>
    <message>
        <source>It looks at each image by itself, and its layout is compared with the pair&apos;s</source>
        <translation>Er sieht jedes Bild für sich an; sein Layout wird mit dem des Paars verglichen</translation>
    </message>
    <message>
        <source>Every class that the caption names is there</source>
        <translation>Jede Klasse, die der Bildtext nennt, ist da</translation>
    </message>
    <message>
        <source>Likeness to any other pair is below</source>
        <translation>Ähnlichkeit mit jedem anderen Paar unter</translation>
    </message>
    <message>
        <source>Near-duplicates are left out: of each other, and of the pictures in the folder below</source>
        <translation>Beinahe Gleiches wird ausgelassen: untereinander und zu den Bildern im Ordner darunter</translation>
    </message>
    <message>
        <source>Pictures not to repeat</source>
        <translation>Bilder, die nicht wiederkehren sollen</translation>
    </message>
    <message>
        <source>Choose a folder with images and layouts</source>
        <translation>Ordner mit Bildern und Layouts wählen</translation>
    </message>
    <message>
        <source>A folder of real pairs that are not to be repeated, if any</source>
        <translation>Ordner mit echten Paaren, die nicht wiederkehren sollen, falls vorhanden</translation>
    </message>
    <message>
        <source>This pack has no segmenter. diptych-engine train-segmenter makes one.</source>
        <translation>Dieses Paket hat keinen Segmentierer. diptych-engine train-segmenter macht einen.</translation>
    </message>
    <message>
        <source>This pack has nothing to tell likeness by.</source>
        <translation>Dieses Paket hat nichts, um Ähnlichkeit zu erkennen.</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>Flächen</translation>
    </message>
    <message>
        <source>Keep if</source>
        <translation>Behalten, wenn</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortfahren</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Look through a data set…</source>
        <translation>Datensatz durchsehen…</translation>
    </message>
    <message>
        <source>Aim at those set beside the picture: {areas}</source>
        <translation>Die neben dem Bild gesetzten anstreben: {areas}</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Choose a file of captions first.</source>
        <translation>Wählen Sie zuerst eine Datei mit Bildtexten.</translation>
    </message>
    <message>
        <source>Choose a folder of pictures first.</source>
        <translation>Wählen Sie zuerst einen Ordner mit Bildern.</translation>
    </message>
    <message>
        <source>Choose a folder for the data set first.</source>
        <translation>Wählen Sie zuerst einen Ordner für den Datensatz.</translation>
    </message>
    <message>
        <source>{count} pairs of {width}×{height}</source>
        <translation>{count} Paare zu {width}×{height}</translation>
    </message>
    <message>
        <source>about {time} in {steps} steps each</source>
        <translation>etwa {time} in je {steps} Schritten</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>etwa {size}</translation>
    </message>
    <message>
        <source>{room} ({free} free)</source>
        <translation>{room} ({free} frei)</translation>
    </message>
    <message>
        <source>goes on with what is there</source>
        <translation>fährt mit dem Vorhandenen fort</translation>
    </message>
</context>
<context>
    <name>ExportRunner</name>
    <message>
        <source>The export to {folder} is not finished. What is there stays whole.</source>
        <translation>Der Export nach {folder} ist nicht fertig. Was da ist, bleibt heil.</translation>
    </message>
    <message>
        <source>The export is stopped; {folder} holds {count} pairs.</source>
        <translation>Der Export ist gestoppt; {folder} enthält {count} Paare.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortfahren</translation>
    </message>
    <message>
        <source>The export to {folder} stopped with the engine. What is there stays whole.</source>
        <translation>Der Export nach {folder} ist mit der Engine stehen geblieben. Was da ist, bleibt heil.</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs.</source>
        <translation>{folder} enthält {count} Paare.</translation>
    </message>
    <message>
        <source>{count} others did not pass the filters.</source>
        <translation>{count} weitere haben die Filter nicht bestanden.</translation>
    </message>
    <message>
        <source>Look through them</source>
        <translation>Durchsehen</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs now.</source>
        <translation>{folder} enthält jetzt {count} Paare.</translation>
    </message>
    <message>
        <source>{file} cannot be written ({why}). If the studio ends, start the export again by hand.</source>
        <translation>{file} kann nicht geschrieben werden ({why}). Endet das Studio, starten Sie den Export von Hand neu.</translation>
    </message>
</context>
<context>
    <name>ExtendController</name>
    <message>
        <source>Drag an edge of the picture outwards; what comes on is drawn in both halves</source>
        <translation>Einen Rand des Bildes nach außen ziehen; was dazukommt, wird in beiden Hälften gezeichnet</translation>
    </message>
    <message>
        <source>E&amp;xtend canvas</source>
        <translation>Leinwand er&amp;weitern</translation>
    </message>
    <message>
        <source>Extend canvas &amp;by…</source>
        <translation>Leinwand erweitern u&amp;m…</translation>
    </message>
</context>
<context>
    <name>ExtendDialog</name>
    <message>
        <source>Extend canvas</source>
        <translation>Leinwand erweitern</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>Oben</translation>
    </message>
    <message>
        <source>Bottom</source>
        <translation>Unten</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>What comes on is drawn in both halves; all else stays as it is.</source>
        <translation>Was dazukommt, wird in beiden Hälften gezeichnet; alles andere bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>The picture will have {width} × {height} pixels.</source>
        <translation>Das Bild wird {width} × {height} Pixel haben.</translation>
    </message>
    <message>
        <source>The picture will have {width} × {height} pixels, for it can be no larger.</source>
        <translation>Das Bild wird {width} × {height} Pixel haben, denn größer kann es nicht sein.</translation>
    </message>
</context>
<context>
    <name>ExtendHandle</name>
    <message>
        <source>Drag outwards to extend the canvas</source>
        <translation>Nach außen ziehen, um die Leinwand zu erweitern</translation>
    </message>
</context>
<context>
    <name>ExtendOverlay</name>
    <message>
        <source>Extend canvas: arrow keys move the edges out, with Shift back, Enter extends, Escape leaves it</source>
        <translation>Leinwand erweitern: Pfeiltasten schieben die Ränder hinaus, mit Umschalt zurück, Eingabe erweitert, Esc bricht ab</translation>
    </message>
    <message>
        <source>{width} × {height} · no larger</source>
        <translation>{width} × {height} · größer geht es nicht</translation>
    </message>
    <message>
        <source>Drag an edge outwards · Esc leaves it</source>
        <translation>Einen Rand nach außen ziehen · Esc bricht ab</translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>Not saved when another took their place</source>
        <translation>Nicht gespeichert, als ein anderes an ihre Stelle trat</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>Unbenannt</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>&amp;Neu</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Open &amp;layout…</source>
        <translation>&amp;Layout öffnen…</translation>
    </message>
    <message>
        <source>Open &amp;image…</source>
        <translation>B&amp;ild öffnen…</translation>
    </message>
    <message>
        <source>Export la&amp;yout…</source>
        <translation>La&amp;yout exportieren…</translation>
    </message>
    <message>
        <source>Export i&amp;mage…</source>
        <translation>Bild e&amp;xportieren…</translation>
    </message>
    <message>
        <source>Export image at f&amp;ull size…</source>
        <translation>Bild in v&amp;oller Größe exportieren…</translation>
    </message>
    <message>
        <source>Adjust the &amp;crop</source>
        <translation>Ausschni&amp;tt anpassen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Been&amp;den</translation>
    </message>
    <message>
        <source>Copy ima&amp;ge</source>
        <translation>Bild &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;layout</source>
        <translation>La&amp;yout kopieren</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>E&amp;infügen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>Projekt speichern</translation>
    </message>
    <message>
        <source>Open layout</source>
        <translation>Layout öffnen</translation>
    </message>
    <message>
        <source>Open image</source>
        <translation>Bild öffnen</translation>
    </message>
    <message>
        <source>Export layout</source>
        <translation>Layout exportieren</translation>
    </message>
    <message>
        <source>Export image</source>
        <translation>Bild exportieren</translation>
    </message>
    <message>
        <source>The picture is not there at full size yet.</source>
        <translation>Das Bild ist noch nicht in voller Größe da.</translation>
    </message>
    <message>
        <source>Export image at full size</source>
        <translation>Bild in voller Größe exportieren</translation>
    </message>
    <message>
        <source>There is no image to copy yet. Generate one first.</source>
        <translation>Es gibt noch kein Bild zum Kopieren. Erzeugen Sie erst eines.</translation>
    </message>
    <message>
        <source>the clipboard</source>
        <translation>die Zwischenablage</translation>
    </message>
    <message>
        <source>There is no picture on the clipboard. Copy one first.</source>
        <translation>In der Zwischenablage ist kein Bild. Kopieren Sie erst eines.</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
</context>
<context>
    <name>FileExchange</name>
    <message>
        <source>There is no image to save yet. Generate one first.</source>
        <translation>Es gibt noch kein Bild zum Speichern. Erzeugen Sie erst eines.</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} öffnen</translation>
    </message>
    <message>
        <source>{file} is {width}×{height}; its middle was fitted to {to_width}×{to_height}.</source>
        <translation>{file} hat {width}×{height} Pixel; die Mitte wurde auf {to_width}×{to_height} gebracht.</translation>
    </message>
    <message>
        <source>Only {file} was opened, the first of {count} files. Drop the others one by one.</source>
        <translation>Nur {file} wurde geöffnet, die erste von {count} Dateien. Ziehen Sie die anderen einzeln hierher.</translation>
    </message>
    <message>
        <source>{file} was opened with its request. Undo restores the previous picture.</source>
        <translation>{file} wurde mit ihrem Auftrag geöffnet. „Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
    <message>
        <source>{file} was opened with its layout and its request. Undo restores the previous picture.</source>
        <translation>{file} wurde mit Layout und Auftrag geöffnet. „Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file} gespeichert.</translation>
    </message>
    <message>
        <source>Adjust the crop</source>
        <translation>Ausschnitt anpassen</translation>
    </message>
    <message>
        <source>Undo restores the previous picture.</source>
        <translation>„Rückgängig“ stellt das vorige Bild wieder her.</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Restore result</source>
        <translation>Ergebnis wiederherstellen</translation>
    </message>
    <message>
        <source>No &amp;favourite any more</source>
        <translation>Kein &amp;Favorit mehr</translation>
    </message>
    <message>
        <source>&amp;Favourite</source>
        <translation>&amp;Favorit</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
        <source>Restore with its re&amp;quest</source>
        <translation>Mit seinem &amp;Auftrag wiederherstellen</translation>
    </message>
    <message>
        <source>&amp;Compare with the picture</source>
        <translation>Mit dem Bild &amp;vergleichen</translation>
    </message>
    <message>
        <source>Show in its f&amp;older</source>
        <translation>Im &amp;Ordner zeigen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
</context>
<context>
    <name>GenerationController</name>
    <message>
        <source>Start engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <source>The engine is stopped. Start it, then generate again.</source>
        <translation>Die Engine steht. Starten Sie sie, dann erzeugen Sie erneut.</translation>
    </message>
    <message>
        <source>No pack could be opened, so no picture can be generated. Install a pack and restart.</source>
        <translation>Es konnte kein Paket geöffnet werden, daher kann kein Bild erzeugt werden. Installieren Sie ein Paket und starten Sie neu.</translation>
    </message>
    <message>
        <source>Every pixel of the layout is painted, so there is nothing left to find in the image.</source>
        <translation>Das Layout ist vollständig gemalt, im Bild bleibt also nichts zu finden.</translation>
    </message>
    <message>
        <source>Find all of it anew</source>
        <translation>Alles neu suchen</translation>
    </message>
    <message>
        <source>All of the image is kept, so there is nothing to draw. Paint over the part that is to change.</source>
        <translation>Das ganze Bild wird behalten, also gibt es nichts zu zeichnen. Übermalen Sie den Teil, der sich ändern soll.</translation>
    </message>
    <message>
        <source>Draw all of it anew</source>
        <translation>Alles neu zeichnen</translation>
    </message>
    <message>
        <source>Repaint parts of it</source>
        <translation>Teile davon übermalen</translation>
    </message>
    <message>
        <source>This pack does not know {words}. Try other words.</source>
        <translation>Dieses Paket kennt {words} nicht. Versuchen Sie andere Wörter.</translation>
    </message>
    <message>
        <source>Here is the layout. In Layout → Image, only what you paint over is drawn anew.</source>
        <translation>Hier ist das Layout. Bei „Layout → Bild“ wird nur neu gezeichnet, was Sie übermalen.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>„{word}“</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
</context>
<context>
    <name>ImageCanvas</name>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>The image appears here</source>
        <translation>Hier erscheint das Bild</translation>
    </message>
</context>
<context>
    <name>LayoutCanvas</name>
    <message>
        <source>Layout</source>
        <translation>Layout</translation>
    </message>
    <message>
        <source>There is no pack to paint with</source>
        <translation>Es gibt kein Paket zum Malen</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Layout</source>
        <translation>Layout</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>{title} (live is paused)</source>
        <translation>{title} (Live pausiert)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Picture</source>
        <translation>B&amp;ild</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>E&amp;ngine</source>
        <translation>E&amp;ngine</translation>
    </message>
    <message>
        <source>&amp;Restart engine</source>
        <translation>Engine &amp;neu starten</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Shortcuts…</source>
        <translation>&amp;Tastenkürzel…</translation>
    </message>
    <message>
        <source>&amp;Packs…</source>
        <translation>&amp;Pakete…</translation>
    </message>
    <message>
        <source>the dropped picture</source>
        <translation>das abgelegte Bild</translation>
    </message>
    <message>
        <source>&amp;Data sets</source>
        <translation>Da&amp;tensätze</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Keep what was filled in</source>
        <translation>&amp;Ergänztes behalten</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>&amp;Clear layout</source>
        <translation>Layout &amp;leeren</translation>
    </message>
    <message>
        <source>&amp;Examples</source>
        <translation>&amp;Beispiele</translation>
    </message>
    <message>
        <source>Search a class</source>
        <translation>Klasse suchen</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>given</source>
        <translation>gegeben</translation>
    </message>
    <message>
        <source>generated</source>
        <translation>erzeugt</translation>
    </message>
    <message>
        <source>redrawn within the outline</source>
        <translation>innerhalb der Umrandung neu gezeichnet</translation>
    </message>
    <message>
        <source>hatched parts are generated</source>
        <translation>Schraffiertes ist erzeugt</translation>
    </message>
</context>
<context>
    <name>ModeBar</name>
    <message>
        <source>Layout → Image</source>
        <translation>Layout → Bild</translation>
    </message>
    <message>
        <source>Paint a layout; the image is made from it</source>
        <translation>Malen Sie ein Layout; daraus entsteht das Bild</translation>
    </message>
    <message>
        <source>Image → Layout</source>
        <translation>Bild → Layout</translation>
    </message>
    <message>
        <source>Open a photograph; its layout is found</source>
        <translation>Öffnen Sie ein Foto; sein Layout wird gefunden</translation>
    </message>
    <message>
        <source>Text → Both</source>
        <translation>Text → Beides</translation>
    </message>
    <message>
        <source>Describe a picture; both halves are made</source>
        <translation>Beschreiben Sie ein Bild; beide Hälften entstehen</translation>
    </message>
    <message>
        <source>Undo: {step}</source>
        <translation>Rückgängig: {step}</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>Nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>Redo: {step}</source>
        <translation>Wiederholen: {step}</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>Nichts zu wiederholen</translation>
    </message>
</context>
<context>
    <name>NoticeRow</name>
    <message>
        <source>Close this notice</source>
        <translation>Hinweis schließen</translation>
    </message>
    <message>
        <source>Details for a report</source>
        <translation>Einzelheiten für einen Bericht</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>PackCardWidget</name>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Use {pack}</source>
        <translation>{pack} verwenden</translation>
    </message>
    <message>
        <source>An example layout</source>
        <translation>Ein Beispiel-Layout</translation>
    </message>
    <message numerus="yes">
        <source>%n class(es)</source>
        <translation>
            <numerusform>%n Klasse</numerusform>
            <numerusform>%n Klassen</numerusform>
        </translation>
    </message>
    <message>
        <source>licence: {licence}</source>
        <translation>Lizenz: {licence}</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>This pack is broken. {problem} Install it again, or remove its folder {folder}.</source>
        <translation>Dieses Paket ist beschädigt. {problem} Installieren Sie es erneut, oder entfernen Sie seinen Ordner {folder}.</translation>
    </message>
</context>
<context>
    <name>PackInstaller</name>
    <message>
        <source>Copying {file}…</source>
        <translation>{file} wird kopiert…</translation>
    </message>
    <message>
        <source>Checking {pack}…</source>
        <translation>{pack} wird geprüft…</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a pack.</source>
        <translation>„{name}“ kann nicht der Name eines Pakets sein.</translation>
    </message>
    <message>
        <source>Names have letters, digits, dots and hyphens. Ask the author of the pack for another name.</source>
        <translation>Namen bestehen aus Buchstaben, Ziffern, Punkten und Bindestrichen. Bitten Sie den Autor des Pakets um einen anderen Namen.</translation>
    </message>
    <message>
        <source>Nothing was installed. Download the pack again.</source>
        <translation>Es wurde nichts installiert. Laden Sie das Paket erneut herunter.</translation>
    </message>
    <message>
        <source>A pack “{name}” is installed already. It is kept unless you replace it.</source>
        <translation>Ein Paket „{name}“ ist bereits installiert. Es bleibt erhalten, sofern Sie es nicht ersetzen.</translation>
    </message>
    <message>
        <source>This pack is broken: {problem}</source>
        <translation>Dieses Paket ist beschädigt: {problem}</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>{folder} cannot be written ({why}). The pack was not installed.</source>
        <translation>{folder} lässt sich nicht schreiben ({why}). Das Paket wurde nicht installiert.</translation>
    </message>
</context>
<context>
    <name>Packs</name>
    <message>
        <source>{file} cannot be read: {why}.</source>
        <translation>{file} lässt sich nicht lesen: {why}.</translation>
    </message>
    <message>
        <source>Download it again, or make room on the disk.</source>
        <translation>Laden Sie die Datei erneut herunter oder schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>The zip file contains a path outside its folder (“{name}”).</source>
        <translation>Die Zip-Datei enthält einen Pfad außerhalb ihres Ordners („{name}“).</translation>
    </message>
    <message>
        <source>Nothing was installed. Do not trust the source of this file.</source>
        <translation>Es wurde nichts installiert. Vertrauen Sie der Quelle dieser Datei nicht.</translation>
    </message>
    <message>
        <source>Choose the folder or the zip file that contains it.</source>
        <translation>Wählen Sie den Ordner oder die Zip-Datei, in der sie liegt.</translation>
    </message>
    <message>
        <source>There is no pack in {file}: {head} is missing.</source>
        <translation>In {file} ist kein Paket: {head} fehlt.</translation>
    </message>
</context>
<context>
    <name>PacksWindow</name>
    <message>
        <source>Packs</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>Install from a folder…</source>
        <translation>Aus einem Ordner installieren…</translation>
    </message>
    <message>
        <source>Install from a zip…</source>
        <translation>Aus einem ZIP installieren…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>Paket installieren</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>“{pack}” is installed.</source>
        <translation>„{pack}“ ist installiert.</translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Pairs</source>
        <translation>Paare</translation>
    </message>
</context>
<context>
    <name>PalettePanel</name>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search classes</source>
        <translation>Klassen suchen</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart</source>
        <translation>Gut unterscheidbare Farben</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart, for every kind of colour vision; files keep the pack&apos;s own</source>
        <translation>Farben, die sich bei jeder Art von Farbsehen gut unterscheiden; Dateien behalten die des Pakets</translation>
    </message>
    <message>
        <source>No class of this name</source>
        <translation>Keine Klasse mit diesem Namen</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
</context>
<context>
    <name>PathField</name>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
</context>
<context>
    <name>Pen</name>
    <message>
        <source>Stamp</source>
        <translation>Stempeln</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Paint {thing}</source>
        <translation>{thing} malen</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>Auswählen</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Auswahl aufheben</translation>
    </message>
</context>
<context>
    <name>PictureMenu</name>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Erzeugen</translation>
    </message>
    <message>
        <source>&amp;4 variations</source>
        <translation>&amp;4 Varianten</translation>
    </message>
    <message>
        <source>Close &amp;variations</source>
        <translation>&amp;Varianten schließen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Denoising timeline…</source>
        <translation>Entra&amp;uschen Schritt für Schritt…</translation>
    </message>
    <message>
        <source>Layout → Image: generate a new image after every stroke</source>
        <translation>Layout → Bild: nach jedem Strich ein neues Bild erzeugen</translation>
    </message>
    <message>
        <source>&amp;Live</source>
        <translation>&amp;Live</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>{file} cannot be written ({why}).</source>
        <translation>{file} lässt sich nicht schreiben ({why}).</translation>
    </message>
    <message>
        <source>Make room there, or your choices last only for this time.</source>
        <translation>Schaffen Sie dort Platz, sonst gelten Ihre Einstellungen nur für dieses Mal.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {why}. The studio goes on with its defaults.</source>
        <translation>{file} lässt sich nicht lesen: {why}. Das Studio arbeitet mit seinen Voreinstellungen weiter.</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>The picture before was not saved. It is kept in File, Open recent.</source>
        <translation>Das Bild davor war nicht gespeichert. Es liegt unter Datei, Zuletzt geöffnet.</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} öffnen</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file} gespeichert.</translation>
    </message>
</context>
<context>
    <name>PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Describe the picture: {example}</source>
        <translation>Das Bild auf Englisch beschreiben: {example}</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>The same seed and picture give the same result</source>
        <translation>Gleicher Seed und gleiches Bild ergeben das gleiche Ergebnis</translation>
    </message>
    <message>
        <source>Another seed</source>
        <translation>Anderer Seed</translation>
    </message>
    <message>
        <source>Keep this seed when Generate is pressed</source>
        <translation>Diesen Seed beim Erzeugen beibehalten</translation>
    </message>
    <message>
        <source>Negative prompt, steps, sampler, guidance</source>
        <translation>Negativer Prompt, Schritte, Sampler, Führung</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>Negativer Prompt</translation>
    </message>
    <message>
        <source>What should not be in the picture</source>
        <translation>Was nicht im Bild sein soll</translation>
    </message>
    <message>
        <source>Words that the pack does not know</source>
        <translation>Wörter, die das Paket nicht kennt</translation>
    </message>
    <message>
        <source>{pack} does not know {words}.</source>
        <translation>{pack} kennt {words} nicht.</translation>
    </message>
    <message>
        <source>For “{word}”, try {others}.</source>
        <translation>Statt „{word}“ vielleicht {others}.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>„{word}“</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>There is nothing to draw from yet. Paint on the layout, or describe the picture.</source>
        <translation>Noch gibt es keine Vorlage. Malen Sie auf dem Layout, oder beschreiben Sie das Bild.</translation>
    </message>
    <message>
        <source>There is no image yet. Open or drop a photograph on the right half.</source>
        <translation>Es gibt noch kein Bild. Öffnen Sie ein Foto, oder legen Sie es auf der rechten Hälfte ab.</translation>
    </message>
    <message>
        <source>{file} asks for guides that a file may not bring, and they were left out: {guides}. Who wants one passes it to diptych-engine sample.</source>
        <translation>{file} verlangt Führungen, die eine Datei nicht mitbringen darf; sie wurden weggelassen: {guides}. Wer eine davon möchte, gibt sie diptych-engine sample mit.</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>A result was deleted from the history.</source>
        <translation>Ein Ergebnis wurde aus dem Verlauf gelöscht.</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>Zurückholen</translation>
    </message>
</context>
<context>
    <name>Samplers</name>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>As the pack draws best: in all its steps, and in few while you paint.</source>
        <translation>Wie das Paket am besten zeichnet: in allen Schritten, und in wenigen, während gemalt wird.</translation>
    </message>
    <message>
        <source>Predicts and corrects: good pictures in the fewest steps.</source>
        <translation>Sagt voraus und berichtigt: gute Bilder in den wenigsten Schritten.</translation>
    </message>
    <message>
        <source>Looks back one step: fine pictures in few steps.</source>
        <translation>Blickt einen Schritt zurück: feine Bilder in wenigen Schritten.</translation>
    </message>
    <message>
        <source>Plain and steady: more steps, finer pictures.</source>
        <translation>Schlicht und stetig: mehr Schritte, feinere Bilder.</translation>
    </message>
    <message>
        <source>DDIM, ancestral</source>
        <translation>DDIM, mit Zufall</translation>
    </message>
    <message>
        <source>New noise at each step: livelier, slower.</source>
        <translation>Neues Rauschen bei jedem Schritt: lebendiger, langsamer.</translation>
    </message>
    <message>
        <source>Looks twice at each step: exact, and takes twice as long.</source>
        <translation>Sieht bei jedem Schritt zweimal hin: genau, dauert doppelt so lange.</translation>
    </message>
    <message>
        <source>As it was trained, with much noise: 50 steps and more.</source>
        <translation>Wie trainiert, mit viel Rauschen: ab 50 Schritten.</translation>
    </message>
    <message>
        <source>DDPM, wide</source>
        <translation>DDPM, breit</translation>
    </message>
    <message>
        <source>With the most noise: 100 steps and more.</source>
        <translation>Mit dem meisten Rauschen: ab 100 Schritten.</translation>
    </message>
    <message>
        <source>The plainest rule with noise, to study: 100 steps and more.</source>
        <translation>Die schlichteste Regel mit Rauschen, zum Studieren: ab 100 Schritten.</translation>
    </message>
    <message>
        <source>Distilled</source>
        <translation>Destilliert</translation>
    </message>
    <message>
        <source>The network that draws while you paint: four steps, its guidance is built in.</source>
        <translation>Das Netz, das beim Malen zeichnet: vier Schritte, seine Führung ist eingebaut.</translation>
    </message>
    <message>
        <source>The published process, to compare with: slow.</source>
        <translation>Das veröffentlichte Verfahren, zum Vergleich: langsam.</translation>
    </message>
    <message>
        <source>GCDP, as coded</source>
        <translation>GCDP, wie im Code</translation>
    </message>
    <message>
        <source>The published process with the noise of its code, to compare with.</source>
        <translation>Das veröffentlichte Verfahren mit dem Rauschen seines Codes, zum Vergleich.</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Paint a {thing}: the image follows every stroke.</source>
        <translation>Malen Sie mit „{thing}“: Das Bild folgt jedem Strich.</translation>
    </message>
    <message>
        <source>Paint a {thing} on the road: the image follows every stroke.</source>
        <translation>Malen Sie mit „{thing}“ auf die Straße: Das Bild folgt jedem Strich.</translation>
    </message>
</context>
<context>
    <name>ShortcutsWindow</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Search a command or a key</source>
        <translation>Befehl oder Taste suchen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>{key} belongs to “{other}”. “Set” takes it from there.</source>
        <translation>{key} gehört zu „{other}“. „Zuweisen“ nimmt sie dort weg.</translation>
    </message>
    <message>
        <source>Press a key, or “Set” without one to take the key away.</source>
        <translation>Drücken Sie eine Taste, oder „Zuweisen“ ohne Taste, um sie zu entfernen.</translation>
    </message>
    <message>
        <source>Press another key for “{command}”.</source>
        <translation>Drücken Sie eine andere Taste für „{command}“.</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>No pack</source>
        <translation>Kein Paket</translation>
    </message>
    <message>
        <source>Engine is starting…</source>
        <translation>Engine startet…</translation>
    </message>
    <message>
        <source>Engine is stopped</source>
        <translation>Engine steht</translation>
    </message>
    <message>
        <source>Live is paused while the window is hidden</source>
        <translation>Live pausiert, solange das Fenster verborgen ist</translation>
    </message>
    <message>
        <source>Drawing the detail…</source>
        <translation>Einzelheiten werden gezeichnet …</translation>
    </message>
    <message>
        <source>Ready · {device}</source>
        <translation>Bereit · {device}</translation>
    </message>
    <message>
        <source>Generating…</source>
        <translation>Erzeugt…</translation>
    </message>
    <message>
        <source>Step {step} of {total} · {seconds} s left</source>
        <translation>Schritt {step} von {total} · noch {seconds} s</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>The last picture cannot be restored: {why}</source>
        <translation>Das letzte Bild lässt sich nicht wiederherstellen: {why}</translation>
    </message>
    <message>
        <source>Its files are kept in {folder}; send them with a report, or remove them.</source>
        <translation>Seine Dateien liegen in {folder}; senden Sie sie mit einem Bericht, oder entfernen Sie sie.</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>Schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>The picture cannot be kept for the next start. {why} Save both halves elsewhere, then close.</source>
        <translation>Das Bild kann nicht für den nächsten Start aufbewahrt werden. {why} Speichern Sie beide Hälften an einem anderen Ort und schließen Sie dann.</translation>
    </message>
    <message>
        <source>The pack “{pack}” cannot be used: {why} “{shipped}” is opened in its place.</source>
        <translation>Das Paket „{pack}“ lässt sich nicht verwenden: {why} Stattdessen ist „{shipped}“ geöffnet.</translation>
    </message>
</context>
<context>
    <name>Tasks</name>
    <message>
        <source>An unexpected error occurred ({error}). Your picture is kept. Please report the details.</source>
        <translation>Ein unerwarteter Fehler ist aufgetreten ({error}). Ihr Bild bleibt erhalten. Bitte melden Sie die Einzelheiten.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>There is no result to look at step by step. Generate one first.</source>
        <translation>Es gibt kein Ergebnis, das sich Schritt für Schritt ansehen ließe. Erzeugen Sie erst eines.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file} gespeichert.</translation>
    </message>
</context>
<context>
    <name>TimelineWindow</name>
    <message>
        <source>Expected layout, y_0</source>
        <translation>Erwartetes Layout, y_0</translation>
    </message>
    <message>
        <source>Expected image, x_0</source>
        <translation>Erwartetes Bild, x_0</translation>
    </message>
    <message>
        <source>Denoising timeline</source>
        <translation>Entrauschen Schritt für Schritt</translation>
    </message>
    <message>
        <source>Noisy layout, y_t</source>
        <translation>Verrauschtes Layout, y_t</translation>
    </message>
    <message>
        <source>Noisy image, x_t</source>
        <translation>Verrauschtes Bild, x_t</translation>
    </message>
    <message>
        <source>Clock of the layout</source>
        <translation>Uhr des Layouts</translation>
    </message>
    <message>
        <source>Clock of the image</source>
        <translation>Uhr des Bildes</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Make the steps again</source>
        <translation>Schritte neu erzeugen</translation>
    </message>
    <message>
        <source>Save GIF…</source>
        <translation>GIF speichern…</translation>
    </message>
    <message>
        <source>Save frames…</source>
        <translation>Einzelbilder speichern…</translation>
    </message>
    <message>
        <source>Save GIF</source>
        <translation>GIF speichern</translation>
    </message>
    <message>
        <source>Save frames</source>
        <translation>Einzelbilder speichern</translation>
    </message>
    <message>
        <source>{step} of {count}</source>
        <translation>{step} von {count}</translation>
    </message>
</context>
<context>
    <name>ToolCommands</name>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Paint freehand; Shift and drag changes its size</source>
        <translation>Freihand malen; Umschalt und Ziehen ändert die Größe</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>Linie</translation>
    </message>
    <message>
        <source>A straight line; Shift keeps it to steps of 15°</source>
        <translation>Eine gerade Linie; Umschalt rastet in Schritten von 15° ein</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <source>A filled rectangle; Shift makes it a square</source>
        <translation>Ein gefülltes Rechteck; mit Umschalt ein Quadrat</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>All that a freehand line goes around</source>
        <translation>Alles, was eine freie Linie umschließt</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
    <message>
        <source>Corner by corner; Enter or the first corner closes it</source>
        <translation>Ecke für Ecke; Eingabe oder die erste Ecke schließt es</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>Füllen</translation>
    </message>
    <message>
        <source>All of one class that hangs together</source>
        <translation>Alles Zusammenhängende einer Klasse</translation>
    </message>
    <message>
        <source>Pick a class</source>
        <translation>Klasse aufnehmen</translation>
    </message>
    <message>
        <source>Choose the class under the pen; Alt does so with any tool</source>
        <translation>Wählt die Klasse unter dem Stift; Alt tut das mit jedem Werkzeug</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Move the selection, or the thing under the pen; Alt leaves a copy</source>
        <translation>Verschiebt die Auswahl oder das Ding unter dem Stift; Alt lässt eine Kopie zurück</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>Malen</translation>
    </message>
    <message>
        <source>Tools paint the chosen class</source>
        <translation>Werkzeuge malen die gewählte Klasse</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>Tools erase to unknown, which the engine fills</source>
        <translation>Werkzeuge löschen zu „unbekannt“, was die Engine füllt</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>Auswählen</translation>
    </message>
    <message>
        <source>Tools select; Shift adds, Alt takes away, both intersect</source>
        <translation>Werkzeuge wählen aus; Umschalt fügt hinzu, Alt nimmt weg, beide zusammen schneiden</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Tools lock what must not change, in the half they are used on</source>
        <translation>Werkzeuge sperren, was sich nicht ändern darf, in der Hälfte, auf der sie benutzt werden</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Tools free what is to be made anew, in that half</source>
        <translation>Werkzeuge geben frei, was in dieser Hälfte neu entstehen soll</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>Größerer Pinsel</translation>
    </message>
    <message>
        <source>Back to the class before</source>
        <translation>Zurück zur vorigen Klasse</translation>
    </message>
    <message>
        <source>Next symmetry</source>
        <translation>Nächste Symmetrie</translation>
    </message>
    <message>
        <source>Steady hand</source>
        <translation>Ruhige Hand</translation>
    </message>
    <message>
        <source>Steady hand: the brush follows the pen with a delay and evens out its way</source>
        <translation>Ruhige Hand: Der Pinsel folgt dem Stift verzögert und glättet seinen Weg</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>Auswahl auf&amp;heben</translation>
    </message>
    <message>
        <source>&amp;Invert the selection</source>
        <translation>Auswahl &amp;umkehren</translation>
    </message>
    <message>
        <source>&amp;Erase what is selected</source>
        <translation>Ausgewähltes lös&amp;chen</translation>
    </message>
    <message>
        <source>&amp;Redraw only what is selected</source>
        <translation>Nur Ausgewähltes neu &amp;zeichnen</translation>
    </message>
    <message>
        <source>Keep the whole i&amp;mage</source>
        <translation>&amp;Ganzes Bild behalten</translation>
    </message>
    <message>
        <source>Keep &amp;nothing of the image</source>
        <translation>&amp;Nichts vom Bild behalten</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Auswahl aufheben</translation>
    </message>
    <message>
        <source>Invert the selection</source>
        <translation>Auswahl umkehren</translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>Pinselgröße</translation>
    </message>
    <message>
        <source>Brush size in pixels of the picture ( [ and ] )</source>
        <translation>Pinselgröße in Pixeln des Bildes ( [ und ] )</translation>
    </message>
    <message>
        <source>Close gaps</source>
        <translation>Lücken schließen</translation>
    </message>
    <message>
        <source>A fill does not run out through openings as narrow as this, in pixels</source>
        <translation>Füllen läuft durch so schmale Öffnungen nicht aus, in Pixeln</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Layout</translation>
    </message>
    <message>
        <source>Opacity of the layout</source>
        <translation>Deckkraft des Layouts</translation>
    </message>
    <message>
        <source>No symmetry</source>
        <translation>Keine Symmetrie</translation>
    </message>
    <message>
        <source>Left and right</source>
        <translation>Links und rechts</translation>
    </message>
    <message>
        <source>Top and bottom</source>
        <translation>Oben und unten</translation>
    </message>
    <message>
        <source>All four corners</source>
        <translation>Alle vier Ecken</translation>
    </message>
    <message>
        <source>Symmetry</source>
        <translation>Symmetrie</translation>
    </message>
    <message>
        <source>Everything is done once more, mirrored in the middle of the picture</source>
        <translation>Alles geschieht noch einmal, an der Bildmitte gespiegelt</translation>
    </message>
</context>
<context>
    <name>VariationTile</name>
    <message>
        <source>Variation {number}</source>
        <translation>Variante {number}</translation>
    </message>
    <message>
        <source>Make this the picture</source>
        <translation>Zum Bild machen</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>Show the &amp;whole picture</source>
        <translation>&amp;Ganzes Bild zeigen</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>&amp;Originalgröße</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Results</source>
        <translation>E&amp;rgebnisse</translation>
    </message>
    <message>
        <source>O&amp;verlay</source>
        <translation>Ü&amp;berlagern</translation>
    </message>
    <message>
        <source>&amp;History</source>
        <translation>Ver&amp;lauf</translation>
    </message>
    <message>
        <source>Ar&amp;eas</source>
        <translation>Fl&amp;ächen</translation>
    </message>
    <message>
        <source>Draw and show each result at the pack&apos;s full size, a moment after it appears</source>
        <translation>Jedes Ergebnis kurz nach seinem Erscheinen in der vollen Größe des Pakets zeichnen und zeigen</translation>
    </message>
    <message>
        <source>&amp;Full size</source>
        <translation>&amp;Volle Größe</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>&amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farbschema</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
</context>
<context>
    <name>_FilmstripModel</name>
    <message>
        <source>favourite</source>
        <translation>Favorit</translation>
    </message>
    <message>
        <source>result of {time}</source>
        <translation>Ergebnis von {time}</translation>
    </message>
</context>
<context>
    <name>_PairDelegate</name>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
</context>
<context>
    <name>_PairModel</name>
    <message>
        <source>Pair {name}</source>
        <translation>Paar {name}</translation>
    </message>
</context>
</TS>
