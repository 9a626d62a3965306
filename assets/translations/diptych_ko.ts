<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR">
<context>
    <name>AdvancedPanel</name>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>More steps take longer and give finer results</source>
        <translation>단계가 많을수록 오래 걸리고 더 섬세합니다</translation>
    </message>
    <message>
        <source>Text guidance</source>
        <translation>텍스트 가이던스</translation>
    </message>
    <message>
        <source>How closely the result follows the prompt; 1 turns guidance off</source>
        <translation>결과가 프롬프트를 따르는 정도. 1이면 가이던스를 끕니다</translation>
    </message>
    <message>
        <source>Cross-guidance</source>
        <translation>교차 가이던스</translation>
    </message>
    <message>
        <source>How closely each half follows the other; 1 turns guidance off</source>
        <translation>각 반쪽이 다른 반쪽을 따르는 정도. 1이면 가이던스를 끕니다</translation>
    </message>
    <message>
        <source>Reset to the pack&apos;s defaults</source>
        <translation>팩 기본값으로 되돌리기</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>샘플러</translation>
    </message>
</context>
<context>
    <name>AreaBar</name>
    <message>
        <source>Area of {name}</source>
        <translation>{name}의 면적</translation>
    </message>
    <message>
        <source>Drag to set the share of {name} in the picture; Delete clears it</source>
        <translation>드래그하면 그림에서 {name}의 비율을 정하고, Delete를 누르면 지웁니다</translation>
    </message>
</context>
<context>
    <name>AreaPanel</name>
    <message>
        <source>Clear all targets</source>
        <translation>모든 목표 지우기</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>면적</translation>
    </message>
</context>
<context>
    <name>Autosave</name>
    <message>
        <source>A part of its journal is damaged.</source>
        <translation>기록의 일부가 손상되었습니다.</translation>
    </message>
    <message>
        <source>The last picture was restored without its newest edits: {why}</source>
        <translation>마지막 그림을 최근 편집 내용 없이 복원했습니다: {why}</translation>
    </message>
    <message>
        <source>The journal of your edits cannot be written ({why}).</source>
        <translation>편집 기록을 저장할 수 없습니다({why}).</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>The last picture</source>
        <translation>마지막 그림</translation>
    </message>
</context>
<context>
    <name>CanvasExtension</name>
    <message>
        <source>This picture can grow to {width}×{height} there and no further. Save it and go on in a new one.</source>
        <translation>이 그림은 그쪽으로 {width}×{height}까지만 커질 수 있습니다. 저장하고 새 그림에서 계속하세요.</translation>
    </message>
</context>
<context>
    <name>ClassHistogram</name>
    <message>
        <source>Classes in the pairs</source>
        <translation>쌍에 있는 클래스</translation>
    </message>
    <message>
        <source>{pixels} · {pairs}</source>
        <translation>{pixels} · {pairs}</translation>
    </message>
</context>
<context>
    <name>CompareOverlay</name>
    <message>
        <source>Comparison: arrow keys move the divider, Escape closes it</source>
        <translation>비교: 화살표 키로 구분선을 옮기고 Esc로 닫습니다</translation>
    </message>
</context>
<context>
    <name>CropOverlay</name>
    <message>
        <source>Crop: drag or use the arrow keys to move, plus and minus to zoom, Enter to apply, Escape to cancel</source>
        <translation>자르기: 드래그나 화살표 키로 옮기고 +와 −로 확대·축소하며, Enter로 적용하고 Esc로 취소합니다</translation>
    </message>
    <message>
        <source>Drag and zoom · Enter to apply · Esc to cancel</source>
        <translation>드래그와 확대 · Enter로 적용 · Esc로 취소</translation>
    </message>
</context>
<context>
    <name>DatasetBrowser</name>
    <message>
        <source>These pairs were drawn with the pack “{pack}”. Choose it in File → Packs, then open one.</source>
        <translation>이 쌍은 “{pack}” 팩으로 그렸습니다. 파일 → 팩에서 고른 다음 여세요.</translation>
    </message>
    <message>
        <source>Open pair {name}</source>
        <translation>쌍 {name} 열기</translation>
    </message>
    <message>
        <source>Pair {name} was opened with its caption and its seed. Undo restores the previous picture.</source>
        <translation>{name} 쌍을 설명 및 시드와 함께 열었습니다. 실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
</context>
<context>
    <name>DatasetCommands</name>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Show the export</source>
        <translation>내보내기 보기</translation>
    </message>
    <message>
        <source>&amp;Export a data set…</source>
        <translation>데이터 세트 내보내기(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Browse a data set…</source>
        <translation>데이터 세트 살펴보기(&amp;B)…</translation>
    </message>
</context>
<context>
    <name>DatasetWindow</name>
    <message>
        <source>Open a folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>Show pairs with</source>
        <translation>다음이 있는 쌍 보기</translation>
    </message>
    <message>
        <source>Segmenter agrees on at least</source>
        <translation>분할기 일치율 최소</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>클래스</translation>
    </message>
    <message>
        <source>share of pixels · share of pairs</source>
        <translation>픽셀 비율 · 쌍 비율</translation>
    </message>
    <message>
        <source>Any class</source>
        <translation>모든 클래스</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>쌍 %Ln개</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{shown} of %Ln pair(s)</source>
        <translation>
            <numerusform>쌍 %Ln개 중 {shown}개</numerusform>
        </translation>
    </message>
    <message>
        <source>No data set open</source>
        <translation>열린 데이터 세트 없음</translation>
    </message>
    <message>
        <source>Open a folder that contains an exported data set.</source>
        <translation>내보낸 데이터 세트이 있는 폴더를 여세요.</translation>
    </message>
    <message>
        <source>No pairs match these filters.</source>
        <translation>이 필터에 맞는 쌍이 없습니다.</translation>
    </message>
    <message>
        <source>This folder contains no pairs.</source>
        <translation>이 폴더에는 쌍이 없습니다.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) selected</source>
        <translation>
            <numerusform>쌍 %Ln개 선택됨</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) removed; Undo works until this window is closed</source>
        <translation>
            <numerusform>쌍 %Ln개를 제거했습니다. 이 창을 닫기 전까지 되돌릴 수 있습니다</numerusform>
        </translation>
    </message>
    <message>
        <source>Enter opens a pair on the canvas, Delete removes it</source>
        <translation>Enter를 누르면 쌍을 캔버스에서 열고, Delete를 누르면 제거합니다</translation>
    </message>
    <message>
        <source>Open on the canvas</source>
        <translation>캔버스에서 열기</translation>
    </message>
    <message>
        <source>Open a data set</source>
        <translation>데이터 세트 열기</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>데이터 세트</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>Seed {seed}</source>
        <translation>시드 {seed}</translation>
    </message>
    <message>
        <source>agreement {share} %</source>
        <translation>일치율 {share} %</translation>
    </message>
    <message>
        <source>“{caption}”</source>
        <translation>“{caption}”</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>그림 (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>Projects and pictures (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>프로젝트와 그림 (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Text files (*.txt)</source>
        <translation>텍스트 파일 (*.txt)</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Erase selection</source>
        <translation>선택 영역 지우기</translation>
    </message>
    <message>
        <source>Redraw selection</source>
        <translation>선택 영역 다시 그리기</translation>
    </message>
    <message>
        <source>Keep image</source>
        <translation>이미지 유지</translation>
    </message>
    <message>
        <source>Release image</source>
        <translation>이미지 유지 해제</translation>
    </message>
    <message>
        <source>Extend canvas</source>
        <translation>캔버스 확장</translation>
    </message>
    <message>
        <source>Clear layout</source>
        <translation>레이아웃 비우기</translation>
    </message>
</context>
<context>
    <name>EngineClient</name>
    <message>
        <source>It speaks protocol {theirs} (version {version}), this studio {ours}. Install the same version of Diptych on both sides.</source>
        <translation>엔진은 프로토콜 {theirs}(버전 {version}), 이 스튜디오는 {ours}을(를) 사용합니다. 양쪽에 같은 버전의 Diptych를 설치하세요.</translation>
    </message>
    <message>
        <source>It sent a picture of the wrong size, or with unknown class ids.</source>
        <translation>크기가 다르거나 알 수 없는 클래스 번호가 있는 그림을 보냈습니다.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s.</source>
        <translation>엔진이 멈췄습니다({why}). {seconds}초 뒤에 다시 시작합니다.</translation>
    </message>
    <message>
        <source>The engine stopped ({why}). It restarts in {seconds} s and continues your picture.</source>
        <translation>엔진이 멈췄습니다({why}). {seconds}초 뒤에 다시 시작하여 그림을 이어서 만듭니다.</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>지금 다시 시작</translation>
    </message>
    <message>
        <source>The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file.</source>
        <translation>“{command}” 명령으로 엔진을 시작할 수 없습니다({why}). DIPTYCH_ENGINE과 설정 파일을 확인하세요.</translation>
    </message>
    <message>
        <source>The engine was stopped ({why}). Your picture is kept.</source>
        <translation>엔진을 멈췄습니다({why}). 그림은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>The engine stopped again after {count} restarts ({why}). Your picture is kept.</source>
        <translation>엔진이 {count}번 다시 시작한 뒤에도 멈췄습니다({why}). 그림은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>엔진 시작</translation>
    </message>
    <message>
        <source>The engine has not answered for {seconds} seconds. It may still be loading.</source>
        <translation>엔진이 {seconds}초 동안 응답하지 않았습니다. 아직 불러오는 중일 수 있습니다.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>엔진 다시 시작</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Captions from a file</source>
        <translation>파일의 설명</translation>
    </message>
    <message>
        <source>Layouts from a folder</source>
        <translation>폴더의 레이아웃</translation>
    </message>
    <message>
        <source>Images from a folder</source>
        <translation>폴더의 이미지</translation>
    </message>
    <message>
        <source>Paired folders</source>
        <translation>짝지은 폴더</translation>
    </message>
    <message>
        <source>Captions from the pack&apos;s grammar</source>
        <translation>팩의 문법으로 만든 설명</translation>
    </message>
    <message>
        <source>A caption is composed for each pair; both halves are generated.</source>
        <translation>쌍마다 설명을 만들고 양쪽 반쪽을 모두 생성합니다.</translation>
    </message>
    <message>
        <source>A text file with one caption per line; pairs use them in turn.</source>
        <translation>한 줄에 설명이 하나씩 있는 텍스트 파일입니다. 쌍이 차례로 사용합니다.</translation>
    </message>
    <message>
        <source>The current canvas</source>
        <translation>현재 캔버스</translation>
    </message>
    <message>
        <source>Painted and kept parts stay; the rest is generated with each seed.</source>
        <translation>칠하고 유지한 부분은 그대로 두고 나머지는 시드마다 생성합니다.</translation>
    </message>
    <message>
        <source>Index PNGs; new images are generated for them, in turn.</source>
        <translation>인덱스 PNG입니다. 차례로 새 이미지를 생성합니다.</translation>
    </message>
    <message>
        <source>PNG or JPEG files; layouts are generated for them.</source>
        <translation>PNG 또는 JPEG 파일입니다. 레이아웃을 생성합니다.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Pictures without any condition.</source>
        <translation>아무 조건 없이 만든 그림입니다.</translation>
    </message>
    <message>
        <source>images/ and layouts/ with index PNGs, as read by diptych-engine train.</source>
        <translation>images/와 layouts/(인덱스 PNG)입니다. diptych-engine train이 읽는 형식입니다.</translation>
    </message>
    <message>
        <source>JPEG images and PNGs with the VOC palette.</source>
        <translation>JPEG 이미지와 VOC 팔레트의 PNG.</translation>
    </message>
    <message>
        <source>leftImg8bit and gtFine with labelIds, trainIds and colours.</source>
        <translation>leftImg8bit와 gtFine(labelIds, trainIds, 색).</translation>
    </message>
    <message>
        <source>JPEG images and annotations; 0 means unlabelled.</source>
        <translation>JPEG 이미지와 주석입니다. 0은 클래스 없음을 뜻합니다.</translation>
    </message>
    <message>
        <source>Panoptic PNGs, run-length encoded regions, and captions.</source>
        <translation>파놉틱 PNG, 런 길이로 적은 영역, 설명.</translation>
    </message>
    <message>
        <source>A few large files that contain the pictures.</source>
        <translation>그림이 든 큰 파일 몇 개.</translation>
    </message>
    <message>
        <source>Tar files of pairs, for streaming.</source>
        <translation>스트리밍하는 세트를 위한 쌍의 tar 파일.</translation>
    </message>
    <message>
        <source>A folder with metadata.jsonl, for load_dataset.</source>
        <translation>load_dataset용 metadata.jsonl이 든 폴더.</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count}초</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count}분</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours}시간 {minutes}분</translation>
    </message>
    <message>
        <source>Waiting for the engine…</source>
        <translation>엔진을 기다리는 중…</translation>
    </message>
    <message>
        <source>Preparing…</source>
        <translation>준비 중…</translation>
    </message>
    <message>
        <source>{done} of {count} pairs</source>
        <translation>쌍 {count}개 중 {done}개</translation>
    </message>
    <message>
        <source>finishing…</source>
        <translation>마무리 중…</translation>
    </message>
    <message>
        <source>{rate} per second</source>
        <translation>초당 {rate}</translation>
    </message>
    <message>
        <source>{count} rejected</source>
        <translation>{count}개 거름</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지됨</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>{time} 남음</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export a data set</source>
        <translation>데이터 세트 내보내기</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>원본</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>형식</translation>
    </message>
    <message>
        <source>File of captions</source>
        <translation>설명 파일</translation>
    </message>
    <message>
        <source>Choose a file of captions</source>
        <translation>설명 파일 고르기</translation>
    </message>
    <message>
        <source>Folder of layouts</source>
        <translation>레이아웃 폴더</translation>
    </message>
    <message>
        <source>Choose a folder of layouts</source>
        <translation>레이아웃 폴더 고르기</translation>
    </message>
    <message>
        <source>Folder of images</source>
        <translation>이미지 폴더</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>이미지 폴더 고르기</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>쌍</translation>
    </message>
    <message>
        <source>First seed</source>
        <translation>첫 시드</translation>
    </message>
    <message>
        <source>Each pair uses the next seed; the same seeds give the same pairs</source>
        <translation>쌍마다 다음 시드를 씁니다. 시드가 같으면 같은 쌍이 나옵니다</translation>
    </message>
    <message>
        <source>Full size</source>
        <translation>전체 크기</translation>
    </message>
    <message>
        <source>Draw each pair at the pack&apos;s full size, which takes longer</source>
        <translation>각 쌍을 팩의 전체 크기로 그립니다. 시간이 더 걸립니다</translation>
    </message>
    <message>
        <source>The segmenter&apos;s layout of each image is compared with the pair&apos;s layout</source>
        <translation>분할기가 이미지에서 찾은 레이아웃을 쌍의 레이아웃과 비교합니다</translation>
    </message>
    <message>
        <source>Every class named in the caption is present</source>
        <translation>설명에 나온 클래스가 모두 있음</translation>
    </message>
    <message>
        <source>Similarity to any other pair is below</source>
        <translation>다른 쌍과의 유사도 상한</translation>
    </message>
    <message>
        <source>Rejects near-duplicates of other pairs and of the pictures in the folder below</source>
        <translation>다른 쌍이나 아래 폴더의 그림과 거의 같은 쌍을 제외합니다</translation>
    </message>
    <message>
        <source>Reference pictures</source>
        <translation>참조 그림</translation>
    </message>
    <message>
        <source>Optional: a folder of real pairs that must not be repeated</source>
        <translation>선택 사항: 반복하면 안 되는 실제 쌍의 폴더</translation>
    </message>
    <message>
        <source>This pack has no segmenter. Train one with diptych-engine train-segmenter.</source>
        <translation>이 팩에는 분할기가 없습니다. diptych-engine train-segmenter로 학습하세요.</translation>
    </message>
    <message>
        <source>This pack has no segmenter and no CLIP to compare images with.</source>
        <translation>이 팩에는 이미지를 비교할 분할기도 CLIP도 없습니다.</translation>
    </message>
    <message>
        <source>Browse a data set…</source>
        <translation>데이터 세트 살펴보기…</translation>
    </message>
    <message>
        <source>Use the area targets of the picture: {areas}</source>
        <translation>그림의 면적 목표 사용: {areas}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) of {width}×{height}</source>
        <translation>
            <numerusform>{width}×{height} 쌍 %Ln개</numerusform>
        </translation>
    </message>
    <message>
        <source>{size} ({free} free)</source>
        <translation>{size}({free} 남음)</translation>
    </message>
    <message>
        <source>continues the data set in this folder</source>
        <translation>이 폴더의 데이터 세트을 이어서 만듭니다</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Choose a folder for the data set</source>
        <translation>데이터 세트 폴더 고르기</translation>
    </message>
    <message>
        <source>The segmenter agrees with the layout on at least</source>
        <translation>분할기가 레이아웃과 일치하는 비율이 최소</translation>
    </message>
    <message>
        <source>Choose a folder with images and layouts</source>
        <translation>이미지와 레이아웃 폴더 고르기</translation>
    </message>
    <message>
        <source>Areas</source>
        <translation>면적</translation>
    </message>
    <message>
        <source>Keep if</source>
        <translation>남길 조건</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Choose a file of captions first.</source>
        <translation>먼저 설명 파일을 고르세요.</translation>
    </message>
    <message>
        <source>Choose a folder of pictures first.</source>
        <translation>먼저 그림 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>Choose a folder for the data set first.</source>
        <translation>먼저 데이터 세트 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>about {time} in {steps} steps each</source>
        <translation>{steps}단계씩 약 {time}</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>약 {size}</translation>
    </message>
</context>
<context>
    <name>ExportRunner</name>
    <message>
        <source>The export to {folder} is not finished. What is there stays whole.</source>
        <translation>{folder}(으)로 내보내기가 끝나지 않았습니다. 있는 것은 온전합니다.</translation>
    </message>
    <message>
        <source>The export is stopped; {folder} holds {count} pairs.</source>
        <translation>내보내기를 멈췄습니다. {folder}에 쌍 {count}개가 있습니다.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>The export to {folder} stopped with the engine. What is there stays whole.</source>
        <translation>엔진과 함께 {folder}(으)로 내보내기가 멈췄습니다. 있는 것은 온전합니다.</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs.</source>
        <translation>{folder}에 쌍 {count}개가 있습니다.</translation>
    </message>
    <message>
        <source>{count} others did not pass the filters.</source>
        <translation>다른 {count}개는 필터를 통과하지 못했습니다.</translation>
    </message>
    <message>
        <source>Look through them</source>
        <translation>살펴보기</translation>
    </message>
    <message>
        <source>{folder} holds {count} pairs now.</source>
        <translation>이제 {folder}에 쌍 {count}개가 있습니다.</translation>
    </message>
    <message>
        <source>{file} cannot be written ({why}). If the studio ends, start the export again by hand.</source>
        <translation>{file}에 쓸 수 없습니다({why}). 스튜디오가 끝나면 내보내기를 직접 다시 시작하세요.</translation>
    </message>
</context>
<context>
    <name>ExtendController</name>
    <message>
        <source>Drag an edge of the picture outwards; the new area is generated in both halves</source>
        <translation>그림 가장자리를 바깥으로 드래그하세요. 새 영역은 양쪽 반쪽에서 생성됩니다</translation>
    </message>
    <message>
        <source>E&amp;xtend canvas</source>
        <translation>캔버스 확장(&amp;X)</translation>
    </message>
    <message>
        <source>Extend canvas &amp;by…</source>
        <translation>캔버스 크기 늘리기(&amp;B)…</translation>
    </message>
</context>
<context>
    <name>ExtendDialog</name>
    <message>
        <source>Extend canvas</source>
        <translation>캔버스 확장</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>왼쪽</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>오른쪽</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>위</translation>
    </message>
    <message>
        <source>Bottom</source>
        <translation>아래</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>확장</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>The new area is generated in both halves; the rest of the picture stays unchanged.</source>
        <translation>새 영역은 양쪽 반쪽에서 생성되고 나머지 그림은 바뀌지 않습니다.</translation>
    </message>
    <message>
        <source>New size: {width} × {height} pixels.</source>
        <translation>새 크기: {width} × {height} 픽셀.</translation>
    </message>
    <message>
        <source>New size: {width} × {height} pixels, the largest possible.</source>
        <translation>새 크기: {width} × {height} 픽셀(최대).</translation>
    </message>
</context>
<context>
    <name>ExtendHandle</name>
    <message>
        <source>Drag outwards to extend the canvas</source>
        <translation>밖으로 끌어 캔버스를 확장합니다</translation>
    </message>
</context>
<context>
    <name>ExtendOverlay</name>
    <message>
        <source>Extend canvas: arrow keys move the edges outwards, with Shift inwards; Enter applies, Escape cancels</source>
        <translation>캔버스 확장: 화살표 키로 가장자리를 바깥으로, Shift와 함께 안쪽으로 옮기고 Enter로 적용, Esc로 취소합니다</translation>
    </message>
    <message>
        <source>{width} × {height} · maximum size</source>
        <translation>{width} × {height} · 최대 크기</translation>
    </message>
    <message>
        <source>Drag an edge outwards · Esc to cancel</source>
        <translation>가장자리를 바깥으로 드래그 · Esc로 취소</translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>Untitled</source>
        <translation>제목 없음</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>새로 만들기(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>최근 파일 열기(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>저장(&amp;S)</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>다른 이름으로 저장(&amp;A)…</translation>
    </message>
    <message>
        <source>Open &amp;layout…</source>
        <translation>레이아웃 열기(&amp;L)…</translation>
    </message>
    <message>
        <source>Open &amp;image…</source>
        <translation>이미지 열기(&amp;I)…</translation>
    </message>
    <message>
        <source>Export la&amp;yout…</source>
        <translation>레이아웃 내보내기(&amp;Y)…</translation>
    </message>
    <message>
        <source>Export i&amp;mage…</source>
        <translation>이미지 내보내기(&amp;M)…</translation>
    </message>
    <message>
        <source>Export image at f&amp;ull size…</source>
        <translation>이미지를 전체 크기로 내보내기(&amp;U)…</translation>
    </message>
    <message>
        <source>Adjust the &amp;crop</source>
        <translation>자르기 조정(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>Copy ima&amp;ge</source>
        <translation>이미지 복사(&amp;G)</translation>
    </message>
    <message>
        <source>Copy &amp;layout</source>
        <translation>레이아웃 복사(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>붙여넣기(&amp;P)</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>프로젝트 저장</translation>
    </message>
    <message>
        <source>Open layout</source>
        <translation>레이아웃 열기</translation>
    </message>
    <message>
        <source>Open image</source>
        <translation>이미지 열기</translation>
    </message>
    <message>
        <source>Export layout</source>
        <translation>레이아웃 내보내기</translation>
    </message>
    <message>
        <source>Export image</source>
        <translation>이미지 내보내기</translation>
    </message>
    <message>
        <source>The full-size image is not ready yet. Try again in a moment.</source>
        <translation>전체 크기 이미지가 아직 준비되지 않았습니다. 잠시 후 다시 시도하세요.</translation>
    </message>
    <message>
        <source>There is no picture on the clipboard. Copy one, then paste again.</source>
        <translation>클립보드에 그림이 없습니다. 그림을 복사한 다음 다시 붙여넣으세요.</translation>
    </message>
    <message>
        <source>No projects yet</source>
        <translation>아직 프로젝트 없음</translation>
    </message>
    <message>
        <source>Recovered pictures that were not saved</source>
        <translation>저장하지 않았으나 복구된 그림</translation>
    </message>
    <message>
        <source>Export image at full size</source>
        <translation>이미지를 전체 크기로 내보내기</translation>
    </message>
    <message>
        <source>There is no image to copy yet. Generate one first.</source>
        <translation>아직 복사할 이미지가 없습니다. 먼저 생성하세요.</translation>
    </message>
    <message>
        <source>the clipboard</source>
        <translation>클립보드</translation>
    </message>
</context>
<context>
    <name>FileExchange</name>
    <message>
        <source>There is no image to save yet. Generate one first.</source>
        <translation>아직 저장할 이미지가 없습니다. 먼저 생성하세요.</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} 열기</translation>
    </message>
    <message>
        <source>{file} is {width}×{height}; its middle was fitted to {to_width}×{to_height}.</source>
        <translation>{file}의 크기는 {width}×{height}입니다. 가운데를 {to_width}×{to_height}에 맞췄습니다.</translation>
    </message>
    <message>
        <source>Only {file} was opened, the first of {count} files. Drop the others one by one.</source>
        <translation>파일 {count}개 중 첫 번째인 {file}만 열었습니다. 나머지는 하나씩 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>{file} was opened with its request. Undo restores the previous picture.</source>
        <translation>{file}을(를) 요청과 함께 열었습니다. 실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
    <message>
        <source>{file} was opened with its layout and its request. Undo restores the previous picture.</source>
        <translation>{file}을(를) 레이아웃 및 요청과 함께 열었습니다. 실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file}을(를) 저장했습니다.</translation>
    </message>
    <message>
        <source>Adjust the crop</source>
        <translation>자르기 조정</translation>
    </message>
    <message>
        <source>Undo restores the previous picture.</source>
        <translation>실행 취소하면 이전 그림으로 돌아갑니다.</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Results</source>
        <translation>결과</translation>
    </message>
    <message>
        <source>Restore result</source>
        <translation>결과 복원</translation>
    </message>
    <message>
        <source>Remove from &amp;favourites</source>
        <translation>즐겨찾기에서 제거(&amp;F)</translation>
    </message>
    <message>
        <source>Add to &amp;favourites</source>
        <translation>즐겨찾기에 추가(&amp;F)</translation>
    </message>
    <message>
        <source>Restore with prompt and s&amp;ettings</source>
        <translation>프롬프트와 설정까지 복원(&amp;E)</translation>
    </message>
    <message>
        <source>Show in f&amp;older</source>
        <translation>폴더에서 보기(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>복원(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Compare with the picture</source>
        <translation>그림과 비교(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>삭제(&amp;D)</translation>
    </message>
</context>
<context>
    <name>GenerationController</name>
    <message>
        <source>Start engine</source>
        <translation>엔진 시작</translation>
    </message>
    <message>
        <source>The engine is stopped. Start it, then generate again.</source>
        <translation>엔진이 멈춰 있습니다. 시작한 뒤 다시 생성하세요.</translation>
    </message>
    <message>
        <source>No pack could be opened, so no picture can be generated. Install a pack and restart.</source>
        <translation>열 수 있는 팩이 없어 그림을 생성할 수 없습니다. 팩을 설치하고 다시 시작하세요.</translation>
    </message>
    <message>
        <source>Every pixel of the layout is painted, so there is nothing left to find in the image.</source>
        <translation>레이아웃의 모든 픽셀이 칠해져 있어 이미지에서 찾을 것이 없습니다.</translation>
    </message>
    <message>
        <source>Find all of it anew</source>
        <translation>전부 새로 찾기</translation>
    </message>
    <message>
        <source>All of the image is kept, so there is nothing to draw. Paint over the part that is to change.</source>
        <translation>이미지 전체가 유지되어 그릴 것이 없습니다. 바꿀 부분을 덧칠하세요.</translation>
    </message>
    <message>
        <source>Draw all of it anew</source>
        <translation>전부 새로 그리기</translation>
    </message>
    <message>
        <source>Repaint parts of it</source>
        <translation>일부 다시 그리기</translation>
    </message>
    <message>
        <source>This pack does not know {words}. Try other words.</source>
        <translation>이 팩은 {words}을(를) 모릅니다. 다른 단어를 써 보세요.</translation>
    </message>
    <message>
        <source>Here is the layout. In Layout → Image, only what you paint over is drawn anew.</source>
        <translation>레이아웃입니다. ‘레이아웃 → 이미지’에서는 덧칠한 곳만 다시 그립니다.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>“{word}”</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation>작업 내역</translation>
    </message>
</context>
<context>
    <name>ImageCanvas</name>
    <message>
        <source>Image</source>
        <translation>이미지</translation>
    </message>
    <message>
        <source>The image appears here</source>
        <translation>여기에 이미지가 나타납니다</translation>
    </message>
</context>
<context>
    <name>LayoutCanvas</name>
    <message>
        <source>Layout</source>
        <translation>레이아웃</translation>
    </message>
    <message>
        <source>There is no pack to paint with</source>
        <translation>그릴 수 있는 팩이 없습니다</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Layout</source>
        <translation>레이아웃</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>이미지</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>편집(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Picture</source>
        <translation>그림(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>E&amp;ngine</source>
        <translation>엔진(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Restart engine</source>
        <translation>엔진 다시 시작(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Shortcuts…</source>
        <translation>단축키(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Packs…</source>
        <translation>팩(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Keep the generated layout</source>
        <translation>생성된 레이아웃 유지(&amp;K)</translation>
    </message>
    <message>
        <source>Find a class</source>
        <translation>클래스 찾기</translation>
    </message>
    <message>
        <source>opened</source>
        <translation>열어 온 이미지</translation>
    </message>
    <message>
        <source>only the outlined part is redrawn</source>
        <translation>윤곽선 안쪽만 다시 그림</translation>
    </message>
    <message>
        <source>the dropped picture</source>
        <translation>놓은 그림</translation>
    </message>
    <message>
        <source>{title} (live mode paused)</source>
        <translation>{title}(실시간 모드 일시 중지됨)</translation>
    </message>
    <message>
        <source>&amp;Data sets</source>
        <translation>데이터 세트(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>실행 취소(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>다시 실행(&amp;R)</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>&amp;Clear layout</source>
        <translation>레이아웃 비우기(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Examples</source>
        <translation>예제(&amp;E)</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>클래스</translation>
    </message>
    <message>
        <source>generated</source>
        <translation>생성됨</translation>
    </message>
    <message>
        <source>hatched parts are generated</source>
        <translation>빗금 친 부분은 생성됨</translation>
    </message>
</context>
<context>
    <name>ModeBar</name>
    <message>
        <source>Layout → Image</source>
        <translation>레이아웃 → 이미지</translation>
    </message>
    <message>
        <source>Image → Layout</source>
        <translation>이미지 → 레이아웃</translation>
    </message>
    <message>
        <source>Text → Both</source>
        <translation>텍스트 → 둘 다</translation>
    </message>
    <message>
        <source>Paint a layout; the image is generated from it</source>
        <translation>레이아웃을 칠하면 이미지가 생성됩니다</translation>
    </message>
    <message>
        <source>Open a photograph; its layout is generated</source>
        <translation>사진을 열면 레이아웃이 생성됩니다</translation>
    </message>
    <message>
        <source>Describe a picture; both halves are generated</source>
        <translation>그림을 설명하면 양쪽 반쪽이 생성됩니다</translation>
    </message>
    <message>
        <source>Undo: {step}</source>
        <translation>실행 취소: {step}</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>실행 취소할 것이 없음</translation>
    </message>
    <message>
        <source>Redo: {step}</source>
        <translation>다시 실행: {step}</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>다시 실행할 것이 없음</translation>
    </message>
</context>
<context>
    <name>NoticeRow</name>
    <message>
        <source>Close this notice</source>
        <translation>알림 닫기</translation>
    </message>
    <message>
        <source>Details for a report</source>
        <translation>보고용 세부 정보</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>세부 정보</translation>
    </message>
</context>
<context>
    <name>PackCardWidget</name>
    <message>
        <source>In use</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>Use {pack}</source>
        <translation>{pack} 사용</translation>
    </message>
    <message>
        <source>Example layout</source>
        <translation>예시 레이아웃</translation>
    </message>
    <message numerus="yes">
        <source>%Ln class(es)</source>
        <translation>
            <numerusform>클래스 %Ln개</numerusform>
        </translation>
    </message>
    <message>
        <source>licence: {licence}</source>
        <translation>라이선스: {licence}</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>명시되지 않음</translation>
    </message>
    <message>
        <source>This pack is broken. {problem} Install it again, or remove its folder {folder}.</source>
        <translation>이 팩은 손상되었습니다. {problem} 다시 설치하거나 폴더 {folder}을(를) 삭제하세요.</translation>
    </message>
</context>
<context>
    <name>PackInstaller</name>
    <message>
        <source>Copying {file}…</source>
        <translation>{file} 복사 중…</translation>
    </message>
    <message>
        <source>Checking {pack}…</source>
        <translation>{pack} 확인 중…</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a pack.</source>
        <translation>“{name}”은(는) 팩 이름으로 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Names have letters, digits, dots and hyphens. Ask the author of the pack for another name.</source>
        <translation>이름에는 영문자, 숫자, 점, 하이픈만 쓸 수 있습니다. 팩 제작자에게 다른 이름을 요청하세요.</translation>
    </message>
    <message>
        <source>Nothing was installed. Download the pack again.</source>
        <translation>아무것도 설치하지 않았습니다. 팩을 다시 내려받으세요.</translation>
    </message>
    <message>
        <source>A pack “{name}” is installed already. It is kept unless you replace it.</source>
        <translation>“{name}” 팩이 이미 설치되어 있습니다. 바꾸지 않으면 그대로 유지됩니다.</translation>
    </message>
    <message>
        <source>This pack is broken: {problem}</source>
        <translation>이 팩은 손상되었습니다: {problem}</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>바꾸기</translation>
    </message>
    <message>
        <source>{folder} cannot be written ({why}). The pack was not installed.</source>
        <translation>{folder}에 쓸 수 없습니다({why}). 팩을 설치하지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>Packs</name>
    <message>
        <source>{file} cannot be read: {why}.</source>
        <translation>{file}을(를) 읽을 수 없습니다: {why}.</translation>
    </message>
    <message>
        <source>Download it again, or make room on the disk.</source>
        <translation>파일을 다시 내려받거나 디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>The zip file contains a path outside its folder (“{name}”).</source>
        <translation>압축 파일에 폴더 밖을 가리키는 경로가 있습니다(“{name}”).</translation>
    </message>
    <message>
        <source>Nothing was installed. Do not trust the source of this file.</source>
        <translation>아무것도 설치하지 않았습니다. 이 파일의 출처를 신뢰하지 마세요.</translation>
    </message>
    <message>
        <source>Choose the folder or the zip file that contains it.</source>
        <translation>이 파일이 들어 있는 폴더나 압축 파일을 선택하세요.</translation>
    </message>
    <message>
        <source>There is no pack in {file}: {head} is missing.</source>
        <translation>{file}에 팩이 없습니다: {head}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>{file} is larger than any pack ({size} MB).</source>
        <translation>{file}의 내용이 어떤 팩보다도 큽니다({size}MB).</translation>
    </message>
    <message>
        <source>The zip file contains an entry that no pack has (“{name}”).</source>
        <translation>압축 파일에 팩에는 없는 항목이 있습니다(“{name}”).</translation>
    </message>
    <message>
        <source>There is no space on the disk for {file}.</source>
        <translation>{file}에 필요한 디스크 공간이 부족합니다.</translation>
    </message>
    <message>
        <source>Make room on the disk and try again.</source>
        <translation>공간을 확보한 뒤 다시 시도하세요.</translation>
    </message>
</context>
<context>
    <name>PacksWindow</name>
    <message>
        <source>Packs</source>
        <translation>팩</translation>
    </message>
    <message>
        <source>Install from a folder…</source>
        <translation>폴더에서 설치…</translation>
    </message>
    <message>
        <source>Install from a zip…</source>
        <translation>ZIP에서 설치…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>팩 설치</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>“{pack}” is installed.</source>
        <translation>“{pack}” 팩을 설치했습니다.</translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Pairs</source>
        <translation>쌍</translation>
    </message>
</context>
<context>
    <name>PalettePanel</name>
    <message>
        <source>Search</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Search classes</source>
        <translation>클래스 찾기</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart</source>
        <translation>구별하기 쉬운 색</translation>
    </message>
    <message>
        <source>Colours that are easy to tell apart with any colour vision; files keep the pack&apos;s colours</source>
        <translation>색각 유형과 관계없이 구별하기 쉬운 색을 씁니다. 파일에는 팩의 색이 그대로 남습니다</translation>
    </message>
    <message>
        <source>No matching class</source>
        <translation>일치하는 클래스 없음</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>클래스</translation>
    </message>
</context>
<context>
    <name>PathField</name>
    <message>
        <source>Choose…</source>
        <translation>고르기…</translation>
    </message>
</context>
<context>
    <name>Pen</name>
    <message>
        <source>Stamp</source>
        <translation>도장 찍기</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Paint {thing}</source>
        <translation>{thing} 칠하기</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>해제</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>선택 해제</translation>
    </message>
</context>
<context>
    <name>PictureMenu</name>
    <message>
        <source>&amp;Generate</source>
        <translation>생성(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;4 variations</source>
        <translation>변형 4개(&amp;4)</translation>
    </message>
    <message>
        <source>Close &amp;variations</source>
        <translation>변형 닫기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>취소(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Denoising timeline…</source>
        <translation>노이즈 제거 과정(&amp;D)…</translation>
    </message>
    <message>
        <source>Layout → Image: generate a new image after every stroke</source>
        <translation>레이아웃 → 이미지: 획을 그을 때마다 새 이미지를 생성합니다</translation>
    </message>
    <message>
        <source>&amp;Live</source>
        <translation>실시간(&amp;L)</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>{file} cannot be written ({why}).</source>
        <translation>{file}을(를) 쓸 수 없습니다({why}).</translation>
    </message>
    <message>
        <source>Make room there, or your choices last only for this time.</source>
        <translation>공간을 확보하지 않으면 설정이 이번에만 유지됩니다.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {why}. The studio goes on with its defaults.</source>
        <translation>{file}을(를) 읽을 수 없습니다: {why}. 기본값으로 계속합니다.</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>The picture before was not saved. It is kept in File, Open recent.</source>
        <translation>이전 그림은 저장되지 않았습니다. 파일, 최근 파일 열기에 보관되어 있습니다.</translation>
    </message>
    <message>
        <source>Bring it back</source>
        <translation>되살리기</translation>
    </message>
    <message>
        <source>Open {file}</source>
        <translation>{file} 열기</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file}을(를) 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation>프롬프트</translation>
    </message>
    <message>
        <source>Describe the picture: {example}</source>
        <translation>그림을 영어로 설명하세요: {example}</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>The same seed and picture give the same result</source>
        <translation>시드와 그림이 같으면 결과도 같습니다</translation>
    </message>
    <message>
        <source>New random seed</source>
        <translation>새 무작위 시드</translation>
    </message>
    <message>
        <source>Keep this seed for the next results</source>
        <translation>다음 결과에도 이 시드 유지</translation>
    </message>
    <message>
        <source>Words the pack does not know</source>
        <translation>팩이 모르는 단어</translation>
    </message>
    <message>
        <source>Negative prompt, steps, sampler, guidance</source>
        <translation>네거티브 프롬프트, 단계, 샘플러, 가이던스</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>네거티브 프롬프트</translation>
    </message>
    <message>
        <source>What should not be in the picture</source>
        <translation>그림에 없어야 할 것</translation>
    </message>
    <message>
        <source>{pack} does not know {words}.</source>
        <translation>{pack} 팩은 {words}을(를) 모릅니다.</translation>
    </message>
    <message>
        <source>For “{word}”, try {others}.</source>
        <translation>“{word}” 대신 {others}을(를) 써 보세요.</translation>
    </message>
    <message>
        <source>“{word}”</source>
        <translation>“{word}”</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>There is nothing to draw from yet. Paint on the layout, or describe the picture.</source>
        <translation>아직 그릴 바탕이 없습니다. 레이아웃에 칠하거나 그림을 설명하세요.</translation>
    </message>
    <message>
        <source>There is no image yet. Open or drop a photograph on the right half.</source>
        <translation>아직 이미지가 없습니다. 사진을 열거나 오른쪽 절반에 놓으세요.</translation>
    </message>
    <message>
        <source>{file} asks for guides that a file may not bring, and they were left out: {guides}. Who wants one passes it to diptych-engine sample.</source>
        <translation>{file}에 파일로는 가져올 수 없는 가이드가 있어 제외했습니다: {guides}. 필요하면 diptych-engine sample에 직접 지정하세요.</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>A result was deleted from the history.</source>
        <translation>결과 하나를 내역에서 삭제했습니다.</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>Samplers</name>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>The pack&apos;s choice: few steps while you paint, all steps otherwise.</source>
        <translation>팩이 정한 대로: 칠하는 동안은 적은 단계, 그 외에는 모든 단계.</translation>
    </message>
    <message>
        <source>Predictor–corrector: good results in the fewest steps.</source>
        <translation>예측·보정 방식: 가장 적은 단계로 좋은 결과.</translation>
    </message>
    <message>
        <source>Multistep: fine results in few steps.</source>
        <translation>다단계 방식: 적은 단계로 섬세한 결과.</translation>
    </message>
    <message>
        <source>Deterministic: more steps give finer results.</source>
        <translation>결정론적: 단계가 많을수록 섬세한 결과.</translation>
    </message>
    <message>
        <source>Adds noise at each step: more varied, slower.</source>
        <translation>단계마다 노이즈를 더함: 더 다양하지만 느림.</translation>
    </message>
    <message>
        <source>Second order: accurate, and twice as slow.</source>
        <translation>2차 방식: 정확하지만 두 배 느림.</translation>
    </message>
    <message>
        <source>The process of training, with much noise: 50 steps or more.</source>
        <translation>학습 때의 과정, 노이즈가 많음: 50단계 이상.</translation>
    </message>
    <message>
        <source>With the most noise: 100 steps or more.</source>
        <translation>노이즈가 가장 많음: 100단계 이상.</translation>
    </message>
    <message>
        <source>The simplest stochastic solver, for study: 100 steps or more.</source>
        <translation>가장 단순한 확률적 해법, 연구용: 100단계 이상.</translation>
    </message>
    <message>
        <source>The fast network used while you paint: four steps, with built-in guidance.</source>
        <translation>칠하는 동안 쓰는 빠른 신경망: 4단계, 가이던스 내장.</translation>
    </message>
    <message>
        <source>The published process, for comparison: slow.</source>
        <translation>논문의 과정, 비교용: 느림.</translation>
    </message>
    <message>
        <source>The published process with the noise of its code, for comparison.</source>
        <translation>논문 코드의 노이즈를 쓰는 과정, 비교용.</translation>
    </message>
    <message>
        <source>DDIM, ancestral</source>
        <translation>DDIM, 확률적</translation>
    </message>
    <message>
        <source>DDPM, wide</source>
        <translation>DDPM, 넓게</translation>
    </message>
    <message>
        <source>Distilled</source>
        <translation>증류</translation>
    </message>
    <message>
        <source>GCDP, as coded</source>
        <translation>GCDP, 공개 코드 그대로</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Paint a {thing}: the image follows every stroke.</source>
        <translation>“{thing}”을(를) 칠해 보세요. 획마다 이미지가 따라옵니다.</translation>
    </message>
    <message>
        <source>Paint a {thing} on the road: the image follows every stroke.</source>
        <translation>도로 위에 “{thing}”을(를) 칠해 보세요. 획마다 이미지가 따라옵니다.</translation>
    </message>
</context>
<context>
    <name>ShortcutsWindow</name>
    <message>
        <source>Shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Search commands and keys</source>
        <translation>명령과 키 검색</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>명령과 단축키</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>새 키</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>지정</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>초기화</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>모두 초기화</translation>
    </message>
    <message>
        <source>{key} is used by “{other}”. “Set” reassigns it.</source>
        <translation>{key}은(는) “{other}”에서 사용 중입니다. “설정”을 누르면 옮겨 옵니다.</translation>
    </message>
    <message>
        <source>Press a key, or “Set” without one to remove the shortcut.</source>
        <translation>키를 누르세요. 키 없이 “지정”을 누르면 단축키가 없어집니다.</translation>
    </message>
    <message>
        <source>Press a new key for “{command}”.</source>
        <translation>“{command}”에 쓸 다른 키를 누르세요.</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>No pack</source>
        <translation>팩 없음</translation>
    </message>
    <message>
        <source>Engine is starting…</source>
        <translation>엔진 시작 중…</translation>
    </message>
    <message>
        <source>Engine is stopped</source>
        <translation>엔진이 멈춤</translation>
    </message>
    <message>
        <source>Live mode is paused while the window is hidden</source>
        <translation>창이 숨겨진 동안 실시간 모드가 일시 중지됩니다</translation>
    </message>
    <message>
        <source>Drawing at full size…</source>
        <translation>전체 크기로 그리는 중…</translation>
    </message>
    <message>
        <source>Ready · {device}</source>
        <translation>준비됨 · {device}</translation>
    </message>
    <message>
        <source>Generating…</source>
        <translation>생성 중…</translation>
    </message>
    <message>
        <source>Step {step} of {total} · {seconds} s left</source>
        <translation>{total}단계 중 {step}단계 · {seconds}초 남음</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>The last picture cannot be restored: {why}</source>
        <translation>마지막 그림을 되살릴 수 없습니다: {why}</translation>
    </message>
    <message>
        <source>Its files are kept in {folder}; send them with a report, or remove them.</source>
        <translation>파일은 {folder}에 보관되어 있습니다. 보고할 때 함께 보내거나 지우세요.</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>디스크 공간을 확보하세요.</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>The picture cannot be kept for the next start. {why} Save both halves elsewhere, then close.</source>
        <translation>다음 실행을 위해 그림을 보관할 수 없습니다. {why} 두 절반을 다른 곳에 저장한 후 닫으세요.</translation>
    </message>
    <message>
        <source>The pack “{pack}” cannot be used: {why} “{shipped}” is opened in its place.</source>
        <translation>“{pack}” 팩을 사용할 수 없습니다: {why} 대신 “{shipped}” 팩을 열었습니다.</translation>
    </message>
</context>
<context>
    <name>Tasks</name>
    <message>
        <source>An unexpected error occurred ({error}). Your picture is kept. Please report the details.</source>
        <translation>예기치 않은 오류가 발생했습니다({error}). 그림은 그대로 유지됩니다. 자세한 내용을 신고해 주세요.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>There is no result to look at step by step. Generate one first.</source>
        <translation>단계별로 볼 결과가 없습니다. 먼저 생성하세요.</translation>
    </message>
    <message>
        <source>Saved {file}.</source>
        <translation>{file}을(를) 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>TimelineWindow</name>
    <message>
        <source>Expected layout, y_0</source>
        <translation>예상 레이아웃, y_0</translation>
    </message>
    <message>
        <source>Expected image, x_0</source>
        <translation>예상 이미지, x_0</translation>
    </message>
    <message>
        <source>Denoising timeline</source>
        <translation>노이즈 제거 과정</translation>
    </message>
    <message>
        <source>Noisy layout, y_t</source>
        <translation>노이즈 낀 레이아웃, y_t</translation>
    </message>
    <message>
        <source>Noisy image, x_t</source>
        <translation>노이즈 낀 이미지, x_t</translation>
    </message>
    <message>
        <source>Clock of the layout</source>
        <translation>레이아웃의 시계</translation>
    </message>
    <message>
        <source>Clock of the image</source>
        <translation>이미지의 시계</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>재생</translation>
    </message>
    <message>
        <source>Trace again</source>
        <translation>다시 기록</translation>
    </message>
    <message>
        <source>Save GIF…</source>
        <translation>GIF 저장…</translation>
    </message>
    <message>
        <source>Save frames…</source>
        <translation>프레임 저장…</translation>
    </message>
    <message>
        <source>Save GIF</source>
        <translation>GIF 저장</translation>
    </message>
    <message>
        <source>Save frames</source>
        <translation>프레임 저장</translation>
    </message>
    <message>
        <source>{step} of {count}</source>
        <translation>{count}개 중 {step}</translation>
    </message>
</context>
<context>
    <name>ToolCommands</name>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>브러시</translation>
    </message>
    <message>
        <source>Paint freehand; Shift and drag changes its size</source>
        <translation>자유롭게 칠합니다. Shift를 누르고 끌면 크기가 바뀝니다</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>선</translation>
    </message>
    <message>
        <source>A straight line; Shift keeps it to steps of 15°</source>
        <translation>직선을 긋습니다. Shift를 누르면 15° 단위로 맞춥니다</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>사각형</translation>
    </message>
    <message>
        <source>A filled rectangle; Shift makes it a square</source>
        <translation>채운 사각형을 그립니다. Shift를 누르면 정사각형이 됩니다</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>올가미</translation>
    </message>
    <message>
        <source>Everything inside a freehand outline</source>
        <translation>자유롭게 그린 윤곽선의 안쪽 전체</translation>
    </message>
    <message>
        <source>Click corner by corner; Enter or the first corner closes it</source>
        <translation>꼭짓점을 차례로 클릭하세요. Enter나 첫 꼭짓점으로 닫습니다</translation>
    </message>
    <message>
        <source>Fill a connected area of one class</source>
        <translation>한 클래스의 이어진 영역을 채웁니다</translation>
    </message>
    <message>
        <source>Pick the class under the pointer; hold Alt to pick with any tool</source>
        <translation>포인터 아래의 클래스를 고릅니다. Alt를 누르면 어떤 도구로도 고를 수 있습니다</translation>
    </message>
    <message>
        <source>Move the selection or the object under the pointer; hold Alt to leave a copy</source>
        <translation>선택 영역이나 포인터 아래의 물체를 옮깁니다. Alt를 누르면 사본을 남깁니다</translation>
    </message>
    <message>
        <source>Tools paint the current class</source>
        <translation>도구가 현재 클래스를 칠합니다</translation>
    </message>
    <message>
        <source>Tools erase to unknown, which is then generated</source>
        <translation>도구가 지운 곳은 미지정이 되어 생성됩니다</translation>
    </message>
    <message>
        <source>Tools select; Shift adds, Alt subtracts, both intersect</source>
        <translation>도구로 선택합니다. Shift는 더하고 Alt는 빼며 함께 누르면 겹친 곳만 남습니다</translation>
    </message>
    <message>
        <source>Tools protect parts of a half from being regenerated</source>
        <translation>도구가 반쪽의 일부를 다시 생성되지 않게 보호합니다</translation>
    </message>
    <message>
        <source>Tools release protected parts of a half to be regenerated</source>
        <translation>도구가 보호된 부분을 다시 생성되도록 해제합니다</translation>
    </message>
    <message>
        <source>Swap with the previous class</source>
        <translation>이전 클래스와 바꾸기</translation>
    </message>
    <message>
        <source>Steady hand: the brush follows with a delay and smooths the stroke</source>
        <translation>손떨림 보정: 브러시가 조금 늦게 따라오며 획을 매끄럽게 합니다</translation>
    </message>
    <message>
        <source>&amp;Invert selection</source>
        <translation>선택 영역 반전(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Erase the selection</source>
        <translation>선택 영역 지우기(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Redraw only the selection</source>
        <translation>선택 영역만 다시 그리기(&amp;R)</translation>
    </message>
    <message>
        <source>Invert selection</source>
        <translation>선택 영역 반전</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>다각형</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>채우기</translation>
    </message>
    <message>
        <source>Pick a class</source>
        <translation>클래스 추출</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>칠하기</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>지우개</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>해제</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>브러시 작게</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>브러시 크게</translation>
    </message>
    <message>
        <source>Next symmetry</source>
        <translation>다음 대칭</translation>
    </message>
    <message>
        <source>Steady hand</source>
        <translation>손떨림 보정</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>선택 영역</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>모두 선택(&amp;A)</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>선택 해제(&amp;N)</translation>
    </message>
    <message>
        <source>Keep the whole i&amp;mage</source>
        <translation>이미지 전체 유지(&amp;M)</translation>
    </message>
    <message>
        <source>Keep &amp;nothing of the image</source>
        <translation>이미지 유지 모두 해제(&amp;N)</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>선택 해제</translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>브러시 크기</translation>
    </message>
    <message>
        <source>Brush size in pixels of the picture ( [ and ] )</source>
        <translation>브러시 크기(그림 픽셀, [ 와 ] )</translation>
    </message>
    <message>
        <source>Close gaps</source>
        <translation>틈 막기</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>레이아웃</translation>
    </message>
    <message>
        <source>Fills do not leak through gaps up to this many pixels wide</source>
        <translation>이 픽셀 너비 이하의 틈으로는 채우기가 새지 않습니다</translation>
    </message>
    <message>
        <source>Layout opacity</source>
        <translation>레이아웃 불투명도</translation>
    </message>
    <message>
        <source>No symmetry</source>
        <translation>대칭 없음</translation>
    </message>
    <message>
        <source>Left and right</source>
        <translation>좌우</translation>
    </message>
    <message>
        <source>Top and bottom</source>
        <translation>상하</translation>
    </message>
    <message>
        <source>All four corners</source>
        <translation>네 모서리</translation>
    </message>
    <message>
        <source>Symmetry</source>
        <translation>대칭</translation>
    </message>
    <message>
        <source>Everything you do is mirrored about the centre of the picture</source>
        <translation>모든 작업이 그림 가운데를 기준으로 대칭으로 반복됩니다</translation>
    </message>
</context>
<context>
    <name>VariationTile</name>
    <message>
        <source>Variation {number}</source>
        <translation>변형 {number}</translation>
    </message>
    <message>
        <source>Use this variation</source>
        <translation>이 변형 사용</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>Show the &amp;whole picture</source>
        <translation>전체 그림 보기(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>실제 크기(&amp;A)</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>확대(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>축소(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Results</source>
        <translation>결과(&amp;R)</translation>
    </message>
    <message>
        <source>O&amp;verlay</source>
        <translation>겹쳐 보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;History</source>
        <translation>작업 내역(&amp;H)</translation>
    </message>
    <message>
        <source>Ar&amp;eas</source>
        <translation>면적(&amp;E)</translation>
    </message>
    <message>
        <source>Draw and show each result at the pack&apos;s full size, a moment after it appears</source>
        <translation>결과가 나타난 직후 팩의 전체 크기로 그려서 보여 줍니다</translation>
    </message>
    <message>
        <source>&amp;Full size</source>
        <translation>전체 크기(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>시스템 설정(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>밝게(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>어둡게(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>테마(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>언어(&amp;L)</translation>
    </message>
</context>
<context>
    <name>_FilmstripModel</name>
    <message>
        <source>Favourite, result from {time}</source>
        <translation>즐겨찾기, {time}의 결과</translation>
    </message>
    <message>
        <source>Result from {time}</source>
        <translation>{time}의 결과</translation>
    </message>
</context>
<context>
    <name>_PairDelegate</name>
    <message>
        <source>damaged</source>
        <translation>손상됨</translation>
    </message>
</context>
<context>
    <name>_PairModel</name>
    <message>
        <source>Pair {name}</source>
        <translation>쌍 {name}</translation>
    </message>
</context>
</TS>
